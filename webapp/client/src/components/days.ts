/** Calendar days of the person's zone as moments for the server. */

/** A range of days, "2026-11-03" each; null: open. */
export type Days = readonly [from: string | null, to: string | null];

/** Query of the server for these days in an IANA zone: from the first midnight, before the one after the last. */
export function between([from, to]: Days, zone: string): { started_after?: string; started_before?: string } {
  const after = from === null ? undefined : midnight(from, zone);
  const before = to === null ? undefined : midnight(nextDay(to), zone);
  return { ...(after && { started_after: after }), ...(before && { started_before: before }) };
}

/** When a day begins in a zone, ISO 8601 in UTC. */
export function midnight(day: string, zone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  // Twice: the offset at the guess may be another one than at midnight when clocks change.
  let guess = wanted;
  for (let round = 0; round < 2; round += 1) guess = wanted - offset(guess, zone);
  return new Date(guess).toISOString();
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** Milliseconds that the zone is ahead of UTC at a moment. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "00";
  const wall = `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}Z`;
  return Date.parse(wall) - Math.floor(at / 1000) * 1000;
}
