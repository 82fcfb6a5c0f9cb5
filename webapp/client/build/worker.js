// The service worker of the client. build/serviceWorker.ts puts VERSION and FILES before it.
// What the shell needs is kept, so that the client opens without a network; data and calls are never kept.
// Notifications of the system are shown here, because only then they have buttons and outlive a page.
/* global VERSION, FILES */
const PAGE = "/app/";
const PHONE = "/app/phone";
const AWAY = [502, 503, 504];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll([PAGE, ...FILES])));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== VERSION);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/** The page of the server; the kept one when the server, or what stands before it, is away. */
async function page(request) {
  const kept = () => caches.match(PAGE);
  try {
    const answer = await fetch(request);
    return AWAY.includes(answer.status) ? ((await kept()) ?? answer) : answer;
  } catch {
    return (await kept()) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/client/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});

async function windows() {
  const all = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return all.filter(({ url }) => new URL(url).pathname.startsWith(PAGE));
}

/** Not while somebody looks at a page of ours: that shows it itself. */
async function show({ title, ...options }) {
  const looked = (await windows()).some(({ visibilityState }) => visibilityState === "visible");
  if (!looked) await self.registration.showNotification(title, { icon: "/static/client/icon-192.png", ...options });
}

async function withdraw(tag) {
  for (const each of await self.registration.getNotifications({ tag })) each.close();
}

// One after the other: what is withdrawn was shown before.
let work = Promise.resolve();
function next(event, act) {
  work = work.then(act).catch(() => undefined);
  event.waitUntil(work);
}

self.addEventListener("message", (event) => {
  const { data } = event;
  // The page asks for the first when the person agreed to the new version.
  if (data === "take over") void self.skipWaiting();
  else if (data?.kind === "show") next(event, () => show(data.notification));
  else if (data?.kind === "withdraw") next(event, () => withdraw(data.tag));
});

// From the server, encrypted for this browser: {title, body, tag, …} as showNotification takes it, and the tag of what
// it takes the place of. An open page is told the same by its own connection, and gives its notification the same tag.
self.addEventListener("push", (event) => {
  next(event, async () => {
    const { title, tag, instead, ...options } = event.data.json();
    if (instead) await withdraw(instead);
    const shown = await self.registration.getNotifications({ tag });
    if ((await windows()).length === 0 || shown.length === 0) await show({ title, tag, ...options });
  });
});

/** The page carries out what was chosen; without one the phone opens. */
async function chosen(action, data) {
  const [open] = await windows();
  if (open) {
    open.postMessage({ kind: "chosen", action, ...data });
    if (action !== "decline") await open.focus();
  } else if (action !== "decline") {
    await self.clients.openWindow(data?.path ?? PHONE);
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(chosen(event.action, event.notification.data));
});
