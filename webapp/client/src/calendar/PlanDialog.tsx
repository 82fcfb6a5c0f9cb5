import { Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { statusPlansRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Event, Series } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import { atTheSameTime, nameOf } from "@/calendar/events";
import { PlanForm, type Values } from "@/calendar/PlanForm";
import { usePlans } from "@/calendar/plans";
import { fromRule, ONCE, toRule } from "@/calendar/rule";
import { useStatuses } from "@/calendar/StatusField";
import { useWords } from "@/calendar/words";
import { Loading, LoadingFailed } from "@/components/states";
import { fromWall, later, toWall } from "@/status/wall";

interface Beginning {
  starts: string;
  ends: string;
  allDay: boolean;
}

/** An occurrence that was chosen, or a new plan at wall times. */
export type Asked = { event: Event } | Beginning;

/** A new plan from `starts`, for an hour unless `ends` says else; whole days end at the midnight after. */
export function ask(starts: string, ends?: string, allDay = false): Asked {
  return { starts, ends: ends ?? later(starts, 1, allDay ? "day" : "hour"), allDay };
}

interface Props<A = Asked> {
  asked: A;
  /** What is planned around it, to tell what happens at the same time. */
  others: Event[];
  close: () => void;
}

/** Makes, changes and removes a plan. */
export function PlanDialog({ asked, others, close }: Props) {
  const { t } = useTranslation("calendar");
  const narrow = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const title = t("event" in asked ? "change" : "add");
  return (
    <Modal opened onClose={close} title={title} fullScreen={narrow} size="lg" closeButtonProps={{ "aria-label": t("close") }}>
      {"event" in asked ? <Existing asked={asked} others={others} close={close} /> : <New asked={asked} others={others} close={close} />}
    </Modal>
  );
}

function New({ asked, others, close }: Props<Beginning>) {
  const { shown_time_zone: zone, extensions } = useMe();
  const { create, busy } = usePlans();
  const [error, setError] = useState<unknown>(null);
  const statuses = useStatuses();
  if (statuses === undefined) return <Loading />;
  const extension = extensions[0]?.id ?? "";
  const status = statuses.find((each) => !each.default)?.id ?? null;
  const initial: Values = { ...asked, extension, title: "", status, note: "", repetition: ONCE };
  const save = (values: Values) => create(bodyOf(values, zone), close, setError);
  const meanwhile = (begin: string, end: string) => atTheSameTime(others, { begin, end: end || null }, zone);
  return <PlanForm initial={{ all: initial }} {...{ zone, busy, error, save, meanwhile }} />;
}

function Existing({ asked: { event }, others, close }: Props<{ event: Event }>) {
  const plan = useQuery({ ...statusPlansRetrieveOptions({ path: { id: event.plan } }), gcTime: 0 });
  if (plan.isError) return <LoadingFailed error={plan.error} retry={() => void plan.refetch()} />;
  return plan.data ? <Change event={event} plan={plan.data} others={others} close={close} /> : <Loading />;
}

function Change({ event, plan, others, close }: { event: Event; plan: Series; others: Event[]; close: () => void }) {
  const { shown_time_zone: mine } = useMe();
  const zone = plan.time_zone ?? mine;
  const { t } = useTranslation("calendar");
  const said = useWords();
  const { change, move, remove, busy } = usePlans();
  const [error, setError] = useState<unknown>(null);
  const all = valuesOf(plan, plan, zone);
  const one = valuesOf(plan, event, zone);
  const meanwhile = (begin: string, end: string) => atTheSameTime(others, { begin, end: end || null }, zone, event);
  return (
    <PlanForm
      initial={event.repeats ? { one, following: one, all } : { all }}
      about={`${nameOf(event, t("usual"))}: ${said(plan.rule ?? "")}`}
      {...{ zone, busy, error, meanwhile }}
      save={(values, which) => {
        setError(null);
        if (which === "one") move(event, timesOf(values, zone), close, setError);
        else change(event, plan, which, { rule: plan.rule ?? "", ...bodyOf(values, zone) }, close, setError);
      }}
      remove={(which) => {
        close();
        remove(event, which);
      }}
    />
  );
}

function valuesOf(plan: Series, times: { starts: string; ends?: string | null }, zone: string): Values {
  return {
    extension: plan.extension,
    title: plan.title ?? "",
    status: plan.status ?? null,
    starts: toWall(times.starts, zone),
    ends: times.ends ? toWall(times.ends, zone) : "",
    allDay: plan.all_day ?? false,
    note: plan.note ?? "",
    repetition: fromRule(plan.rule ?? ""),
  };
}

function timesOf({ starts, ends }: Values, zone: string) {
  return { starts: fromWall(starts, zone), ends: ends === "" ? null : fromWall(ends, zone) };
}

function bodyOf(values: Values, zone: string) {
  const { extension, title, status, allDay, note, repetition } = values;
  const rule = repetition === null ? {} : { rule: toRule(repetition) };
  return { extension, title, status, ...timesOf(values, zone), all_day: allDay, note, time_zone: zone, ...rule };
}
