/** How far signing in is: what the server said last. */
import { queryOptions, useQueryClient } from "@tanstack/react-query";

import { authRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { SignInState } from "@/api/generated/types.gen";

export type { SignInState };

export const stateOptions = queryOptions({ ...authRetrieveOptions(), staleTime: Infinity });

/** A function that takes the state with which a step was answered; the screen follows it. */
export function useTakeState(): (state: SignInState) => void {
  const client = useQueryClient();
  return (state) => {
    client.setQueryData(stateOptions.queryKey, state);
  };
}

/** Pages that Django makes. */
const DJANGO = ["/admin/", "/calls/"];

/** Where a person who came in goes: `next` is a path of the client, or of Django's own pages. */
export function destination(next: string): string {
  return DJANGO.some((page) => next.startsWith(page)) ? next : `/app${next}`;
}

/** Problems of single sign-on that the server names in `?problem=`. */
export const PROBLEMS = ["expired", "provider", "provider_away", "cancelled", "untrue", "nobody"] as const;
export type ProblemCode = (typeof PROBLEMS)[number];

/** A code that this version does not know is shown as a problem of the provider. */
export function problemCode(word: string): ProblemCode {
  return PROBLEMS.find((known) => known === word) ?? "provider";
}
