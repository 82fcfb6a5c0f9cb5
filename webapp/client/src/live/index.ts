/** The live connection of this tab. */
import { meOptions } from "@/api/me";
import { queryClient } from "@/api/queries";
import { LiveConnection } from "@/live/connection";
import { forgetLive, setConnection, take, useLive } from "@/live/store";

const live = new LiveConnection({
  open: (path) => new WebSocket(path),
  take,
  state: setConnection,
  resume: () => useLive.getState(),
  // Asking who we are finds out which it was: an ended session answers 401, which leads to the sign-in page.
  ended: () => void queryClient.invalidateQueries({ queryKey: meOptions.queryKey }),
});

/** Connects; called when the signed-in part of the page is shown. Returns how to end it. */
export function startLive(): () => void {
  live.start();
  return () => {
    live.stop();
    forgetLive();
  };
}
