import { useTranslation } from "react-i18next";

import type { Colleague } from "@/live/generated";

/** How a colleague is, in words: the state of the phone, and the status where that says more. */
export function usePresenceWords(): (colleague: Pick<Colleague, "state" | "status">) => string {
  const { t } = useTranslation("phone");
  return ({ state, status }) => {
    const name = status && !status.default ? status.name : "";
    // Who is away is so by that status.
    return [state === "away" && name ? "" : t(`presence.${state}`), name].filter(Boolean).join(" · ");
  };
}
