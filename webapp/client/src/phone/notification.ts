/** The notification of the operating system for a call while this tab cannot be seen. */

import i18next from "i18next";

import type { LegView } from "./types";

let shown: { key: string; notification: Notification } | null = null;

/** Shows the ringing leg, or with null takes the notification away. */
export function notifyCall(leg: LegView | null): void {
  if (shown && shown.key !== leg?.key) {
    shown.notification.close();
    shown = null;
  }
  if (
    !leg ||
    shown ||
    !document.hidden ||
    !("Notification" in window) ||
    Notification.permission !== "granted"
  )
    return;
  const notification = new Notification(leg.name || leg.number, {
    body: i18next.t("phone:notification", { number: leg.number }),
    tag: "centrale-call",
    requireInteraction: true,
  });
  notification.onclick = () => {
    window.focus();
    notification.close();
  };
  shown = { key: leg.key, notification };
}
