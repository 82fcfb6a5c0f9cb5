/** Which calls the history shows, and under which days. */
import type { HistoryRetrieveData, Item } from "@/api/generated/types.gen";
import { between, type Days } from "@/components/days";

export const SHOWN = ["all", "missed", "in", "out"] as const;
export type Shown = (typeof SHOWN)[number];
export type HistoryQuery = NonNullable<HistoryRetrieveData["query"]>;

export interface Asked {
  shown: Shown;
  q: string;
  days: Days;
  bundled: boolean;
}

/** Query of the server. */
export function queryOf({ shown, q, days, bundled }: Asked, zone: string): HistoryQuery {
  return {
    ...(shown === "missed" && { missed: true }),
    ...((shown === "in" || shown === "out") && { direction: shown }),
    ...(q && { q }),
    ...(bundled && { bundle: "caller" as const }),
    ...between(days, zone),
  };
}

export type Row = { readonly day: string } | { readonly item: Item };

/** Calls, newest first, with a row before the first of each day; `isoDay` gives the day of a moment. */
export function rowsOf(items: readonly Item[], isoDay: (at: string) => string): Row[] {
  const rows: Row[] = [];
  let last = "";
  for (const item of items) {
    const day = isoDay(item.at);
    if (day !== last) rows.push({ day: item.at });
    last = day;
    rows.push({ item });
  }
  return rows;
}
