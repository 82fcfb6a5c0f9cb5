/** How this person likes the softphone: kept by the server with who they are, shown before it has answered. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { mePreferencesPartialUpdateMutation } from "@/api/generated/@tanstack/react-query.gen";
import type { PatchedPreferencesRequest, Preferences } from "@/api/generated/types.gen";
import { type Me, meOptions, useMe } from "@/api/me";
import { useErrorText } from "@/components/errors";
import { toastProblem } from "@/components/toasts";

/** The preferences after a change: objects are changed by key, the rest is replaced. */
export function merged(before: Preferences, change: PatchedPreferencesRequest): Preferences {
  const after: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(change)) {
    const known = after[name];
    const both = isObject(known) && isObject(value);
    after[name] = both ? { ...known, ...value } : value;
  }
  return after;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function usePreferences(): Preferences {
  return useMe().preferences;
}

/** A function that changes preferences at once; when the server refuses, it says so and takes them back. */
export function useSavePreferences(): (change: PatchedPreferencesRequest) => void {
  const client = useQueryClient();
  const errorText = useErrorText();
  const put = (preferences: Preferences) =>
    client.setQueryData(meOptions.queryKey, (me: Me | undefined) => me && { ...me, preferences });
  const { mutate } = useMutation({
    ...mePreferencesPartialUpdateMutation(),
    onMutate: ({ body = {} }) => {
      const before = client.getQueryData(meOptions.queryKey)?.preferences ?? {};
      put(merged(before, body));
      return { before };
    },
    onError: (error, _sent, context) => {
      if (context) put(context.before);
      toastProblem(errorText(error));
    },
  });
  return (change) => mutate({ body: change });
}
