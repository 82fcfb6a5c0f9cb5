/** What the operating system tells while nobody looks at Centrale: a call that rings, one missed, a new message. Only
 * the tab that holds the phone tells, so each is told once. */

import i18next from "i18next";

import { historyRetrieve } from "@/api/generated";
import { onEntities, useLive } from "@/live/store";
import { notifyOfSystem, withdrawNotification, wished } from "@/shell/systemNotifications";

import type { LegView } from "./types";

const CALL = "centrale-call";
let ringing: LegView | null = null;

/** Shows the ringing leg, or with null takes the notification away. */
export function notifyCall(leg: LegView | null): void {
  if (ringing?.key === leg?.key) return;
  ringing = leg;
  if (leg) show(leg);
  else withdrawNotification(CALL);
}

function show(leg: LegView): void {
  if (!wished("calls")) return;
  const who = wished("who");
  const name = leg.name || leg.number || i18next.t("phone:incoming.unknown");
  notifyOfSystem({
    title: who ? name : i18next.t("shell:app"),
    body: who ? i18next.t("phone:notification", { number: leg.number }) : i18next.t("phone:notificationHidden"),
    tag: CALL,
    requireInteraction: true,
    actions: [
      { action: "answer", title: i18next.t("phone:incoming.answer") },
      { action: "decline", title: i18next.t("phone:incoming.decline") },
    ],
    data: { path: "/app/phone", leg: leg.key },
  });
}

/** Missed calls, messages, and a call that rings when somebody turns away; until the returned function is called. */
export function startNotifications(): () => void {
  const turned = () => {
    if (document.hidden && ringing) show(ringing);
  };
  document.addEventListener("visibilitychange", turned);
  // Untold when the web cannot be asked: the history shows it.
  const ends = [onEntities("record", () => void missed().catch(() => undefined)), onMessages()];
  return () => {
    document.removeEventListener("visibilitychange", turned);
    ends.forEach((end) => end());
  };
}

async function missed(): Promise<void> {
  const call = [...useLive.getState().entities.record.values()].at(-1)?.call;
  if (!call || !document.hidden || !wished("missed")) return;
  const { data } = await historyRetrieve({ query: { limit: 5 }, throwOnError: true });
  const item = data.results.find((each) => each.call === call);
  if (!item?.missed) return;
  const who = item.name || item.display || i18next.t("phone:incoming.unknown");
  notifyOfSystem({
    title: i18next.t("phone:missedCall"),
    ...(wished("who") && { body: who }),
    tag: `centrale-missed-${call}`,
    data: { path: "/app/history" },
  });
}

function waiting(): number {
  return [...useLive.getState().entities.mailbox.values()].reduce((sum, mailbox) => sum + mailbox.new, 0);
}

function onMessages(): () => void {
  let before: number | null = useLive.getState().known ? waiting() : null;
  return useLive.subscribe((now, was) => {
    if (!now.known || (was.known && now.entities.mailbox === was.entities.mailbox)) return;
    const count = waiting();
    if (before !== null && count > before && wished("voicemail")) {
      notifyOfSystem({
        title: i18next.t("phone:newMessage", { count }),
        tag: "centrale-voicemail",
        data: { path: "/app/voicemail" },
      });
    }
    before = count;
  });
}
