/** Registers the service worker, and offers a new version when one is ready: never by itself, never in a call. */
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import i18next from "i18next";

import { useLive } from "@/live/store";

const TOAST = "new-version";

const talking = () => useLive.getState().entities.call.size > 0;

/** Another tab may have agreed to the new version while a call begins here. */
function reloadWhenFree(): void {
  if (!talking()) {
    location.reload();
    return;
  }
  const end = useLive.subscribe(() => {
    if (talking()) return;
    end();
    location.reload();
  });
}

function offer(registration: ServiceWorkerRegistration): void {
  // The one that waits then: a newer one may have taken the place of the one that is offered now.
  const message = (
    <Button size="xs" onClick={() => registration.waiting?.postMessage("take over")}>
      {i18next.t("updateNow")}
    </Button>
  );
  const show = () => notifications.show({ id: TOAST, title: i18next.t("updateReady"), message, autoClose: false });
  if (!talking()) show();
  useLive.subscribe((now, before) => {
    if (now.entities.call === before.entities.call) return;
    if (talking()) notifications.hide(TOAST);
    else show();
  });
}

/** Called once, at the start. Browsers without service workers (or plain HTTP) go on without. */
export function keepForOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  // The first worker of all takes over a page that is new anyway: only a later one means another version.
  const had = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (had) reloadWhenFree();
  });
  const register = async (): Promise<void> => {
    const registration = await serviceWorker.register("/app/sw.js", { scope: "/app/" });
    if (registration.waiting && had) offer(registration);
    registration.addEventListener("updatefound", () => {
      const found = registration.installing;
      found?.addEventListener("statechange", () => {
        if (found.state === "installed" && had) offer(registration);
      });
    });
  };
  void register().catch(() => undefined);
}
