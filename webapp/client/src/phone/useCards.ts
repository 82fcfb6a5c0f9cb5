/** Calls of mine as the screen shows them, in any tab. */

import { useMemo } from "react";

import { useEntities } from "@/live/store";

import { type Card, cards } from "./cards";
import { usePhoneStore } from "./phone";

export function useCards(): Card[] {
  const legs = usePhoneStore((store) => store.view.legs);
  const calls = useEntities("call");
  return useMemo(() => cards(legs, [...calls.values()]), [legs, calls]);
}
