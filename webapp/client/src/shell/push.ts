/** This browser is told of calls by its push service while no page of ours is open. Ends with the session. */

import { pushCreate, pushRetrieve } from "@/api/generated";

function same(key: ArrayBuffer | null, wanted: string): boolean {
  const text = String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0)));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === wanted;
}

/** Does nothing where notifications are not allowed, or nothing can be pushed. */
export async function acceptPush(): Promise<void> {
  if (!("PushManager" in window) || Notification.permission !== "granted") return;
  const manager = (await navigator.serviceWorker.getRegistration("/app/"))?.pushManager;
  const { data } = await pushRetrieve({ throwOnError: true });
  if (!manager || !data.key) return;
  let subscription = await manager.getSubscription();
  // The installation may have another key than it had.
  if (subscription && !same(subscription.options.applicationServerKey, data.key)) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await manager.subscribe({ userVisibleOnly: true, applicationServerKey: data.key });
  const { endpoint, keys } = subscription.toJSON();
  if (!endpoint || !keys?.p256dh || !keys.auth) return;
  await pushCreate({ body: { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } }, throwOnError: true });
}
