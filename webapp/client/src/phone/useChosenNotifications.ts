/** What somebody chose in a notification of the system is done here, in any tab. */

import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

import { onChosen } from "@/shell/systemNotifications";

import { phone } from "./phone";

const PLACES = ["/phone", "/history", "/voicemail"] as const;

export function useChosenNotifications(): void {
  const navigate = useNavigate();
  useEffect(
    () =>
      onChosen(({ action, path, leg }) => {
        if (leg && action === "decline") {
          phone.decline(leg);
          return;
        }
        if (leg && action === "answer") phone.answer(leg);
        const place = PLACES.find((known) => `/app${known}` === path) ?? "/phone";
        void navigate({ to: place });
      }),
    [navigate],
  );
}
