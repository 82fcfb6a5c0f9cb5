/** The rules of passwords that can be checked while typing; the server checks them all. */

const CHECKS: Readonly<Record<string, (password: string) => boolean>> = {
  length: (password) => password.length >= 8,
  upper: (password) => /\p{Lu}/u.test(password),
  lower: (password) => /\p{Ll}/u.test(password),
  digit: (password) => /\p{Nd}/u.test(password),
};

/** Whether the password keeps the rule with this code; null: only the server can tell. */
export function keeps(code: string, password: string): boolean | null {
  return CHECKS[code]?.(password) ?? null;
}

/** Whether nothing that can be checked here is wrong. */
export function keepsAll(rules: readonly { code: string }[], password: string): boolean {
  return rules.every(({ code }) => keeps(code, password) !== false);
}
