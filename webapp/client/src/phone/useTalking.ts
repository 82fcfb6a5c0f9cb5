import { usePhoneStore } from "./phone";

/** Whether a call of this browser, in whichever tab, uses the microphone or is about to. */
export function useTalking(): boolean {
  return usePhoneStore(({ view }) => view.legs.some(({ state }) => state !== "ended" && state !== "incoming"));
}
