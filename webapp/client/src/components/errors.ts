/** Words for errors. */
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";

/** A function that gives the sentence a person sees for an error; sentences of the server go first. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) return t("failed");
    if (error.status === 0) return t("serverAway");
    if (error.detail !== "") return error.detail;
    if (error.status === 429) return t("tooMany");
    return Object.values(error.fields)[0]?.[0] ?? t("failed");
  };
}

/** Puts the server's messages at the fields they are about; true when that was all of them. */
export function showFieldErrors<T extends FieldValues>(form: UseFormReturn<T>, error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const known = new Set(Object.keys(form.getValues()));
  const entries = Object.entries(error.fields);
  for (const [name, [message]] of entries) {
    if (known.has(name) && message !== undefined) form.setError(name as Path<T>, { message });
  }
  return entries.length > 0 && entries.every(([name]) => known.has(name));
}
