/** What live state says of me: number, other phones, rights. */

import type { Me, Phone } from "@/live/generated";
import { useEntities } from "@/live/store";

/** My extension with its id; null before it is known, and for people without one. Of several it is the lowest number, as
 * for the server: that is the one which this browser is a phone of. */
export function useMine(): { id: string; value: Me } | null {
  const mine = useEntities("me");
  const first = [...mine].reduce<[string, Me] | null>((a, b) => (a !== null && a[1].number < b[1].number ? a : b), null);
  return first && { id: first[0], value: first[1] };
}

export function useMayRecord(): boolean {
  return useMine()?.value.may_record ?? false;
}

/** Phones of mine that can be reached, without the one named. */
export function useOtherPhones(device: string | null): Phone[] {
  const phones = useMine()?.value.phones ?? [];
  return phones.filter((each) => each.registered && each.id !== device);
}
