/** Values of the address, as the router reads them: what is all digits comes as a number. */

/** A text of an address, cut; undefined when there is none. */
export function text(value: unknown, most = 200): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  return String(value).slice(0, most) || undefined;
}

/** `value` when it is one of `known`. */
export function oneOf<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((each) => each === value);
}
