/** The notification of the operating system for a call while this tab cannot be seen. */

import i18next from "i18next";

import { meOptions } from "@/api/me";
import { queryClient } from "@/api/queries";

import type { LegView } from "./types";

let shown: { key: string; notification: Notification } | null = null;

/** Shows the ringing leg, or with null takes the notification away. */
export function notifyCall(leg: LegView | null): void {
  if (shown && shown.key !== leg?.key) {
    shown.notification.close();
    shown = null;
  }
  const { calls = true, who = true } =
    queryClient.getQueryData(meOptions.queryKey)?.preferences.notifications ?? {};
  if (
    !leg ||
    shown ||
    !calls ||
    !document.hidden ||
    !("Notification" in window) ||
    Notification.permission !== "granted"
  )
    return;
  const notification = new Notification(who ? leg.name || leg.number : i18next.t("shell:app"), {
    body: who
      ? i18next.t("phone:notification", { number: leg.number })
      : i18next.t("phone:notificationHidden"),
    tag: "centrale-call",
    requireInteraction: true,
  });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
  shown = { key: leg.key, notification };
}
