/** What can be done with plans; what failed is said in the corner, the calendar is read again after each. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  statusPlansCreate,
  statusPlansDestroy,
  statusPlansOccurrencesUpdate,
  statusPlansPartialUpdate,
  statusPlansRetrieve,
} from "@/api/generated/sdk.gen";
import type { Event, OccurrenceRequest, SeriesRequest } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { toastProblem } from "@/components/toasts";
import { toastUndo } from "@/components/undo";

export interface Times {
  starts: string;
  ends: string | null;
}

export function usePlans() {
  const { t } = useTranslation("calendar");
  const errorText = useErrorText();
  const queries = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onError: (error) => toastProblem(errorText(error)),
    onSettled: () => queries.invalidateQueries({ predicate: ({ queryKey: [key] }) => isPlans(key) }),
  });
  const run = (work: () => Promise<unknown>, done?: () => void) => mutate(work, { ...(done && { onSuccess: done }) });
  const place = (plan: string, body: OccurrenceRequest) => statusPlansOccurrencesUpdate({ path: { id: plan }, body });

  return {
    busy: isPending,
    create: (body: SeriesRequest, done?: () => void) => run(() => statusPlansCreate({ body }), done),
    change: (id: string, body: Partial<SeriesRequest>, done?: () => void) =>
      run(() => statusPlansPartialUpdate({ path: { id }, body }), done),
    moveOne: ({ plan, occurrence }: Event, times: Times, done?: () => void) =>
      run(() => place(plan, { occurrence, ...times }), done),
    /** One occurrence; the undo puts it back where it was. */
    removeOne: (event: Event) => {
      const { plan, occurrence, moved, starts, ends } = event;
      const back = { occurrence, ...(moved && { starts, ends }) };
      run(
        () => place(plan, { occurrence, cancelled: true }),
        () => toastUndo(t("removed"), t("undo"), () => run(() => place(plan, back))),
      );
    },
    /** The whole plan; the undo makes it again, with its moved occurrences. */
    removeAll: ({ plan }: Event) => {
      run(async () => {
        const { data } = await statusPlansRetrieve({ path: { id: plan }, throwOnError: true });
        await statusPlansDestroy({ path: { id: plan } });
        const { extension, title, status, starts, ends, all_day, time_zone, rule, note, exceptions } = data;
        const body = { extension, title, status, starts, ends, all_day, time_zone, rule, note };
        toastUndo(t("removed"), t("undo"), () =>
          run(async () => {
            const made = await statusPlansCreate({ body, throwOnError: true });
            for (const { occurrence, cancelled, ...times } of exceptions) {
              await place(made.data.id, cancelled ? { occurrence, cancelled } : { occurrence, ...times });
            }
          }),
        );
      });
    },
  };
}

function isPlans(key: unknown): boolean {
  return typeof key === "object" && key !== null && "_id" in key && String(key._id).startsWith("statusPlans");
}
