/** What the form of a contact holds. */
import type { Entry, TypeEnum } from "@/api/generated/types.gen";

export const FIELDS = ["first_name", "last_name", "company", "department", "job_role", "email", "address", "note"] as const;
export const NUMBER_TYPES = ["work", "mobile", "home", "fax", "internal", "other"] as const satisfies readonly TypeEnum[];

export type Values = Record<(typeof FIELDS)[number], string> & {
  kind: "personal" | "external";
  numbers: { number: string; type: TypeEnum }[];
};
/** `id`: null for a new contact. */
export interface Draft {
  id: string | null;
  values: Values;
}

/** A new contact, of a number and a name when these are known already. */
export function blank(number = "", name = ""): Draft {
  const words = name.trim().split(/\s+/);
  return {
    id: null,
    values: {
      kind: "personal",
      first_name: words[0] ?? "",
      last_name: words.slice(1).join(" "),
      company: "",
      department: "",
      job_role: "",
      email: "",
      address: "",
      note: "",
      numbers: [{ number, type: typeOf(number) }],
    },
  };
}

/** The form of a contact that is there. */
export function draftOf(entry: Entry): Draft {
  const { id, kind, numbers } = entry;
  const fields = Object.fromEntries(FIELDS.map((field) => [field, entry[field]])) as Record<(typeof FIELDS)[number], string>;
  return {
    id,
    values: {
      ...fields,
      kind: kind === "external" ? "external" : "personal",
      numbers: numbers.map(({ display, type }) => ({ number: display, type })),
    },
  };
}

/** Short numbers are inside, Dutch 06 numbers are mobile. */
function typeOf(number: string): TypeEnum {
  if (/^\d{2,5}$/.test(number)) return "internal";
  return /^(\+316|06)/.test(number) ? "mobile" : "work";
}
