import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { statusPlansRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Event, Series } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import { PlanForm, type Values } from "@/calendar/PlanForm";
import { fromRule, ONCE, toRule } from "@/calendar/rule";
import { usePlans } from "@/calendar/plans";
import { Loading, LoadingFailed } from "@/components/states";
import { fromWall, later, toWall } from "@/status/wall";

/** An occurrence that was chosen, or a new plan at wall times. */
export type Asked = { event: Event } | { starts: string; ends: string; allDay: boolean };

/** A new plan from `starts`, for an hour unless `ends` says else; whole days end at the midnight after. */
export function ask(starts: string, ends?: string, allDay = false): Asked {
  return { starts, ends: ends ?? later(starts, 1, allDay ? "day" : "hour"), allDay };
}

/** Makes, changes and removes a plan. */
export function PlanDialog({ asked, close }: { asked: Asked; close: () => void }) {
  const { t } = useTranslation("calendar");
  return (
    <Modal opened onClose={close} title={t("event" in asked ? "change" : "add")} closeButtonProps={{ "aria-label": t("close") }}>
      {"event" in asked ? <Existing event={asked.event} close={close} /> : <New asked={asked} close={close} />}
    </Modal>
  );
}

function New({ asked, close }: { asked: Exclude<Asked, { event: Event }>; close: () => void }) {
  const { shown_time_zone: zone, extensions } = useMe();
  const { create, busy } = usePlans();
  const initial: Values = { ...asked, title: "", status: null, note: "", repetition: ONCE };
  const save = (values: Values) => create({ extension: extensions[0]?.id ?? "", ...bodyOf(values, zone) }, close);
  return <PlanForm initial={initial} busy={busy} save={save} />;
}

function Existing({ event, close }: { event: Event; close: () => void }) {
  const plan = useQuery(statusPlansRetrieveOptions({ path: { id: event.plan } }));
  if (plan.isError) return <LoadingFailed error={plan.error} retry={() => void plan.refetch()} />;
  return plan.data ? <Change event={event} plan={plan.data} close={close} /> : <Loading />;
}

function Change({ event, plan, close }: { event: Event; plan: Series; close: () => void }) {
  const { shown_time_zone: mine } = useMe();
  const zone = plan.time_zone ?? mine;
  const { change, moveOne, removeOne, removeAll, busy } = usePlans();
  const initial = (times: { starts: string; ends?: string | null }): Values => ({
    title: plan.title ?? "",
    status: plan.status ?? null,
    starts: toWall(times.starts, zone),
    ends: times.ends ? toWall(times.ends, zone) : "",
    allDay: plan.all_day ?? false,
    note: plan.note ?? "",
    repetition: fromRule(plan.rule ?? ""),
  });
  return (
    <PlanForm
      initial={initial(plan)}
      one={event.repeats ? initial(event) : undefined}
      busy={busy}
      save={(values) => change(plan.id, bodyOf(values, zone), close)}
      saveOne={({ starts, ends }) => moveOne(event, timesOf(starts, ends, zone), close)}
      remove={() => {
        close();
        removeAll(event);
      }}
      removeOne={() => {
        close();
        removeOne(event);
      }}
    />
  );
}

function timesOf(starts: string, ends: string, zone: string) {
  return { starts: fromWall(starts, zone), ends: ends === "" ? null : fromWall(ends, zone) };
}

function bodyOf({ title, status, starts, ends, allDay, note, repetition }: Values, zone: string) {
  const rule = repetition === null ? {} : { rule: toRule(repetition) };
  return { title, status, ...timesOf(starts, ends, zone), all_day: allDay, note, time_zone: zone, ...rule };
}
