/** The state that /ws/live describes, and how messages change it. Pure. */
import type { Change, Hello } from "@/live/generated";
import type { Entity, Kind, ValueOf } from "@/live/types";

export type Entities = { readonly [K in Kind]: ReadonlyMap<string, ValueOf<K>> };

const KINDS: readonly Kind[] = [
  "me",
  "call",
  "office_call",
  "colleague",
  "parked",
  "pickup",
  "mailbox",
  "room",
  "record",
  "notice",
  "core",
];

type Maps = Record<Kind, Map<string, Entity["value"]>>;

/** Nothing known yet. */
export function nothing(): Entities {
  return Object.fromEntries(KINDS.map((kind) => [kind, new Map()])) as unknown as Entities;
}

/** The full state of a `hello`. A kind that this version does not know is left out. */
export function fromState(state: NonNullable<Hello["state"]>): Entities {
  const maps = nothing() as unknown as Maps;
  for (const entity of state) {
    if (entity.kind in maps) maps[entity.kind].set(entity.id, entity.value);
  }
  return maps as unknown as Entities;
}

/** The state after `changes`. Maps of kinds that nothing changed in stay the same objects. */
export function changed(before: Entities, changes: readonly Change[]): Entities {
  const after = { ...before } as unknown as Maps;
  const copied = new Set<Kind>();
  const writable = (kind: Kind): Map<string, Entity["value"]> => {
    if (!copied.has(kind)) {
      copied.add(kind);
      after[kind] = new Map(after[kind]);
    }
    return after[kind];
  };
  for (const { put, drop } of changes) {
    if (put !== undefined && put.kind in after) writable(put.kind).set(put.id, put.value);
    if (drop !== undefined && drop.kind in after) writable(drop.kind).delete(drop.id);
  }
  return after as unknown as Entities;
}
