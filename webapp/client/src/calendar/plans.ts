/** What can be done with plans, and undone; the calendar is read again after each. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import {
  statusPlansCreate,
  statusPlansDestroy,
  statusPlansFollowingUpdate,
  statusPlansOccurrencesUpdate,
  statusPlansPartialUpdate,
  statusPlansRetrieve,
} from "@/api/generated/sdk.gen";
import type { Event, OccurrenceRequest, Series, SeriesRequest } from "@/api/generated/types.gen";
import { keyOf } from "@/calendar/events";
import { useErrorText } from "@/components/errors";
import { toastProblem } from "@/components/toasts";
import { toastUndo } from "@/components/undo";

export interface Times {
  starts: string;
  ends: string | null;
}

/** Which occurrences of a repeated plan. */
export type Which = "one" | "following" | "all";

interface Work {
  run: () => Promise<unknown>;
  done?: () => void;
  /** What is wrong, for a form that shows it; else the corner says it. */
  failed?: (error: unknown) => void;
}

export function usePlans() {
  const { t } = useTranslation("calendar");
  const errorText = useErrorText();
  const queries = useQueryClient();
  const isPlans = ({ queryKey: [key] }: { queryKey: readonly unknown[] }) => isOf(key, "statusPlans");
  const { mutate, isPending } = useMutation({
    mutationFn: ({ run }: Work) => run(),
    onSuccess: (_answer, { done }) => done?.(),
    onError: (error, { failed }) => (failed ? failed(error) : toastProblem(errorText(error))),
    onSettled: () => queries.invalidateQueries({ predicate: isPlans }),
  });
  const undoable = (said: string, undo: () => Promise<unknown>) =>
    toastUndo(said, t("undo"), () => mutate({ run: undo }));

  /** Shows at once what the server is going to say. */
  const showThere = (event: Event, times: Times) =>
    queries.setQueriesData<Event[]>({ predicate: ({ queryKey: [key] }) => isOf(key, "statusPlansExpand") }, (events) =>
      events?.map((each) => (keyOf(each) === keyOf(event) ? { ...each, ...times } : each)),
    );

  return {
    busy: isPending,
    create: (body: SeriesRequest, done: () => void, failed: Work["failed"]) =>
      mutate({ run: () => statusPlansCreate({ body }), done, ...(failed && { failed }) }),

    /** Another time for one occurrence. */
    move: (event: Event, times: Times, done?: () => void, failed?: Work["failed"]) => {
      const { starts, ends, moved } = event;
      const back = event.repeats && !moved ? null : { starts, ends };
      showThere(event, times);
      mutate({
        run: () => put(event, times),
        done: () => {
          undoable(t(event.repeats ? "movedOne" : "moved"), async () => {
            await queries.cancelQueries({ predicate: isPlans }); // may say where it is now
            showThere(event, { starts, ends });
            return put(event, back);
          });
          done?.();
        },
        ...(failed && { failed }),
      });
    },

    /** Another plan for all occurrences, or for those from `event` on. */
    change: (event: Event, before: Series, which: "following" | "all", body: SeriesRequest, done: () => void, failed: (error: unknown) => void) => {
      const all = () => statusPlansPartialUpdate({ path: { id: before.id }, body, throwOnError: true });
      const path = { id: before.id };
      const following = () =>
        statusPlansFollowingUpdate({ path, body: { occurrence: event.occurrence, plan: body }, throwOnError: true });
      mutate({
        run: async () => {
          const { data } = await (which === "all" ? all() : following());
          const made = data && data.id !== before.id ? data.id : null;
          undoable(t("changed"), async () => {
            if (made) await statusPlansDestroy({ path: { id: made } });
            await restore(before);
          });
        },
        done,
        failed,
      });
    },

    remove: (event: Event, which: Which) =>
      mutate({
        run: async () => {
          const path = { id: event.plan };
          const { data: before } = await statusPlansRetrieve({ path, throwOnError: true });
          const { occurrence, moved, starts, ends } = event;
          if (which === "one") await put(event, "cancelled");
          else if (which === "all") await statusPlansDestroy({ path });
          else await statusPlansFollowingUpdate({ path, body: { occurrence, plan: null } });
          undoable(t("removed"), () =>
            which === "one" ? put(event, moved ? { starts, ends } : null) : restore(before),
          );
        },
      }),
  };
}

/** One occurrence to other times, away, or (null) to where the rule has it. */
function put({ plan, occurrence, repeats }: Event, times: Times | "cancelled" | null): Promise<unknown> {
  const path = { id: plan };
  if (!repeats && times !== null && times !== "cancelled") return statusPlansPartialUpdate({ path, body: times });
  const body: OccurrenceRequest = { occurrence, ...(times === "cancelled" ? { cancelled: true } : times) };
  return statusPlansOccurrencesUpdate({ path, body });
}

/** A plan as it was, whether it was changed or removed since. */
async function restore(before: Series): Promise<void> {
  const { extension, title, status, starts, ends, all_day, time_zone, rule, note, exceptions } = before;
  const body = { extension, title, status, starts, ends, all_day, time_zone, rule, note };
  const id = await statusPlansPartialUpdate({ path: { id: before.id }, body, throwOnError: true }).then(
    ({ data }) => data.id,
    async (error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      return (await statusPlansCreate({ body, throwOnError: true })).data.id;
    },
  );
  for (const { occurrence, cancelled, starts: begin, ends: end } of exceptions) {
    const times = cancelled ? { cancelled } : { starts: begin, ends: end };
    await statusPlansOccurrencesUpdate({ path: { id }, body: { occurrence, ...times } });
  }
}

function isOf(key: unknown, operation: string): boolean {
  return typeof key === "object" && key !== null && "_id" in key && String(key._id).startsWith(operation);
}
