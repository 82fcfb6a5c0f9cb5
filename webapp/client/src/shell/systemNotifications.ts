/** Notifications of the operating system. The service worker shows them, and not while a page of ours is looked at. */

import { meOptions } from "@/api/me";
import { queryClient } from "@/api/queries";

export interface SystemNotification extends NotificationOptions {
  readonly title: string;
  /** A later one with the same tag takes its place. */
  readonly tag: string;
  readonly actions?: readonly { action: string; title: string }[];
  /** What comes back to `onChosen`; `path` is a screen to go to. */
  readonly data?: { readonly path?: string; readonly leg?: string };
}

/** What somebody clicked: `action` of a button, "" for the notification itself. */
export interface Chosen {
  readonly action: string;
  readonly path?: string;
  readonly leg?: string;
}

type Wish = "calls" | "missed" | "voicemail" | "who";

/** Whether this person wants that. */
export function wished(name: Wish): boolean {
  return queryClient.getQueryData(meOptions.queryKey)?.preferences.notifications?.[name] ?? true;
}

async function tell(message: unknown): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration("/app/");
  registration?.active?.postMessage(message);
}

export function notifyOfSystem(notification: SystemNotification): void {
  if ("serviceWorker" in navigator && "Notification" in window && Notification.permission === "granted")
    void tell({ kind: "show", notification });
}

export function withdrawNotification(tag: string): void {
  if ("serviceWorker" in navigator) void tell({ kind: "withdraw", tag });
}

/** Listens for clicks on notifications; returns what ends it. */
export function onChosen(act: (chosen: Chosen) => void): () => void {
  if (!("serviceWorker" in navigator)) return () => undefined;
  const { serviceWorker } = navigator;
  const listener = ({ data }: MessageEvent<{ kind?: string } & Chosen>) => {
    if (data.kind === "chosen") act(data);
  };
  serviceWorker.addEventListener("message", listener);
  serviceWorker.startMessages();
  return () => serviceWorker.removeEventListener("message", listener);
}
