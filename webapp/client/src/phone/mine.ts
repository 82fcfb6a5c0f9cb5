/** What live state says of me: number, other phones, rights. */

import type { Me, Phone } from "@/live/generated";
import { useEntities } from "@/live/store";

/** My first extension with its id; null before it is known, and for people without one. */
export function useMine(): { id: string; value: Me } | null {
  const [first] = useEntities("me");
  return first ? { id: first[0], value: first[1] } : null;
}

export function useMayRecord(): boolean {
  return useMine()?.value.may_record ?? false;
}

/** Phones of mine that can be reached, without the one named. */
export function useOtherPhones(device: string | null): Phone[] {
  const phones = useMine()?.value.phones ?? [];
  return phones.filter((each) => each.registered && each.id !== device);
}
