/** Back to a call on hold: what I talk to now waits instead. */

import type { Call } from "@/live/generated";
import { useLive } from "@/live/store";

import { holdOn, swapWith } from "./commands";

export async function resume(call: Call): Promise<void> {
  if (call.consultation && call.my_leg === null) {
    await swapWith(call.id, call.consultation);
    return;
  }
  const others = [...useLive.getState().entities.call.values()].filter(
    (each) =>
      each.id !== call.id && each.state === "talking" && !each.held_by_me && each.consultation !== call.id,
  );
  await Promise.all(others.map((each) => holdOn(each.id, true)));
  await holdOn(call.id, false);
}
