/** People to call or transfer to: colleagues as live state knows them, then contacts of the server. */

import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { contactsListOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Colleague } from "@/live/generated";
import { useEntities } from "@/live/store";

import { useMine } from "./mine";

export interface Person {
  readonly key: string;
  readonly name: string;
  readonly number: string;
  /** The number as people read it. */
  readonly display: string;
  readonly photo: string | null;
  readonly presence: Colleague["state"] | null;
}

const LEAST = 2;
const TYPING_MS = 120;

/** Who fits `wanted`, best first; all colleagues when it is empty. A whole number stands for itself. */
export function usePeople(wanted: string): Person[] {
  const colleagues = useEntities("colleague");
  const mine = useMine()?.value.number;
  const [q] = useDebouncedValue(wanted.trim(), TYPING_MS);
  const contacts = useQuery({
    ...contactsListOptions({ query: { q, limit: 20 } }),
    enabled: q.length >= LEAST,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => {
    const inside = [...colleagues.values()].filter(
      (each) => each.number !== mine && fits(each, wanted.trim()),
    );
    const found = inside.sort(byName).map(ofColleague);
    const outside = q.length >= LEAST && wanted.trim() ? (contacts.data?.results ?? []) : [];
    for (const entry of outside) {
      if (entry.kind === "internal") continue;
      for (const { number, display } of entry.numbers) {
        found.push({
          key: `${entry.id}-${number}`,
          name: entry.name,
          number,
          display,
          photo: entry.photo,
          presence: null,
        });
      }
    }
    const typed = dialable(wanted);
    if (typed && !found.some((person) => person.number === typed)) {
      found.unshift({ key: `typed-${typed}`, name: "", number: typed, display: typed, photo: null, presence: null });
    }
    return found;
  }, [colleagues, contacts.data, mine, q, wanted]);
}

/** The number in what somebody typed or pasted, "" when it is none: "+31 (0)20-123 45 67" → "+31201234567". */
export function dialable(text: string): string {
  const number = text
    .replace(/^tel:/i, "")
    .replace(/\(0\)/g, "")
    .replace(/[\s()./-]/g, "");
  return /^\+?[0-9*#]{2,32}$/.test(number) ? number : "";
}

/** The order of colleagues in lists. */
export function byName(a: Colleague, b: Colleague): number {
  return a.name.localeCompare(b.name) || a.number.localeCompare(b.number);
}

function fits({ name, number }: Colleague, wanted: string): boolean {
  const words = wanted.toLowerCase().split(/\s+/);
  const text = name.toLowerCase();
  return words.every((word) => text.includes(word) || number.startsWith(word));
}

function ofColleague({ name, number, photo, state }: Colleague): Person {
  return { key: `colleague-${number}`, name, number, display: number, photo, presence: state };
}
