import type { Party } from "@/api/generated/types.gen";

/** Who somebody in a recorded call is, best name first; "" when nothing is known. */
export function partyName(party: Party | null): string {
  return party?.contact?.name || party?.name || party?.display || party?.number || "";
}
