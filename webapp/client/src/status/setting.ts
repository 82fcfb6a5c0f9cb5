/** What I set on my extension: one mutation, errors in the corner. The outcome comes back over /ws/live. */
import { useMutation } from "@tanstack/react-query";

import { extensionsStatePartialUpdateMutation } from "@/api/generated/@tanstack/react-query.gen";
import type { PatchedSetStateRequest } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { toastProblem } from "@/components/toasts";

export function useSetState(extension: string) {
  const errorText = useErrorText();
  const { mutate, isPending } = useMutation({
    ...extensionsStatePartialUpdateMutation(),
    onError: (error) => toastProblem(errorText(error)),
  });
  const set = (body: PatchedSetStateRequest, done?: () => void) =>
    mutate({ path: { id: extension }, body }, { ...(done && { onSuccess: done }) });
  return { set, isPending };
}
