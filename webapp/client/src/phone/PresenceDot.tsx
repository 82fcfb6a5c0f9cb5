import { Box } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Colleague } from "@/live/generated";

const COLOURS: Record<Colleague["state"], string> = {
  available: "var(--mantine-color-green-6)",
  ringing: "var(--mantine-color-orange-6)",
  talking: "var(--mantine-color-red-6)",
  away: "var(--mantine-color-yellow-6)",
  offline: "var(--mantine-color-gray-5)",
};

/** A colleague's state as a dot; nothing for people of whom it is not known. */
export function PresenceDot({ state }: { state: Colleague["state"] | null }) {
  const { t } = useTranslation("phone");
  return (
    <Box
      role={state ? "img" : undefined}
      aria-label={state ? t(`presence.${state}`) : undefined}
      w={10}
      h={10}
      flex="0 0 auto"
      style={{
        borderRadius: state === "offline" ? 2 : "50%",
        background: state ? COLOURS[state] : "transparent",
      }}
    />
  );
}
