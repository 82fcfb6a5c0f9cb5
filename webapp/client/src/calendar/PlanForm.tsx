import { Button, Checkbox, Group, NativeSelect, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { statusesListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { RepetitionFields } from "@/calendar/RepetitionFields";
import type { Repetition } from "@/calendar/rule";
import { later } from "@/status/wall";

/** Times are wall clock; `ends` "": until it is changed; `repetition` null: a rule that the form cannot show. */
export interface Values {
  title: string;
  status: string | null;
  starts: string;
  ends: string;
  allDay: boolean;
  note: string;
  repetition: Repetition | null;
}

interface Props {
  initial: Values;
  /** The occurrence that was chosen of a repeated plan: one can change it alone. */
  one?: Values | undefined;
  busy: boolean;
  save: (values: Values) => void;
  saveOne?: (values: Values) => void;
  remove?: () => void;
  removeOne?: () => void;
}

export function PlanForm({ initial, one, busy, save, saveOne, remove, removeOne }: Props) {
  const { t } = useTranslation("calendar");
  const [alone, setAlone] = useState(one !== undefined);
  const [values, setValues] = useState(one ?? initial);
  const change = (what: Partial<Values>) => setValues({ ...values, ...what });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (alone) saveOne?.(values);
    else save(values);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {one && (
          <SegmentedControl
            aria-label={t("which")}
            value={alone ? "one" : "all"}
            onChange={(value) => {
              setAlone(value === "one");
              setValues(value === "one" ? one : initial);
            }}
            data={[
              { value: "one", label: t("thisOne") },
              { value: "all", label: t("allOfThem") },
            ]}
          />
        )}
        {!alone && <StatusField value={values.status} change={(status) => change({ status })} />}
        <TimeFields values={values} change={change} allDayToo={!alone} />
        {!alone && (
          <>
            <TextInput
              label={t("name")}
              maxLength={100}
              value={values.title}
              onChange={(event) => change({ title: event.currentTarget.value })}
            />
            <TextInput
              label={t("note")}
              maxLength={140}
              value={values.note}
              onChange={(event) => change({ note: event.currentTarget.value })}
            />
            {values.repetition && (
              <RepetitionFields value={values.repetition} change={(repetition) => change({ repetition })} />
            )}
          </>
        )}
        <Group justify="space-between">
          {remove ? (
            <Button variant="light" color="red" onClick={alone ? removeOne : remove}>
              {t(alone ? "removeOne" : "remove")}
            </Button>
          ) : (
            <span />
          )}
          <Button type="submit" loading={busy}>
            {t("save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function StatusField({ value, change }: { value: string | null; change: (status: string | null) => void }) {
  const { t } = useTranslation("calendar");
  const statuses = useQuery(statusesListOptions({ query: { page_size: 200 } })).data?.results ?? [];
  return (
    <NativeSelect
      label={t("status")}
      value={value ?? ""}
      onChange={(event) => change(event.currentTarget.value || null)}
      data={[{ value: "", label: t("usual") }, ...statuses.map(({ id, name }) => ({ value: id, label: name }))]}
    />
  );
}

interface TimesProps {
  values: Values;
  change: (what: Partial<Values>) => void;
  allDayToo: boolean;
}

/** Begin and end. Of whole days the form shows the last day itself, the value is the midnight after it. */
function TimeFields({ values: { starts, ends, allDay }, change, allDayToo }: TimesProps) {
  const { t } = useTranslation("calendar");
  const [type, length] = allDay ? (["date", 10] as const) : (["datetime-local", 16] as const);
  const lastShown = allDay && ends !== "" ? later(ends, -1, "minute") : ends;
  const midnight = (wall: string) => `${wall.slice(0, 10)}T00:00`;
  const toAllDay = (whole: boolean) =>
    change(
      whole
        ? { allDay: true, starts: midnight(starts), ends: later(midnight(starts), 1, "day") }
        : { allDay: false, starts: `${starts.slice(0, 10)}T09:00`, ends: `${starts.slice(0, 10)}T17:00` },
    );
  return (
    <>
      {allDayToo && (
        <Checkbox label={t("allDay")} checked={allDay} onChange={(event) => toAllDay(event.currentTarget.checked)} />
      )}
      <Group grow align="flex-start">
        <TextInput
          type={type}
          label={t("starts")}
          required
          value={starts.slice(0, length)}
          onChange={({ currentTarget: { value } }) => change({ starts: allDay ? midnight(value) : value })}
        />
        <TextInput
          type={type}
          label={t("ends")}
          value={lastShown.slice(0, length)}
          onChange={({ currentTarget: { value } }) =>
            change({ ends: allDay && value !== "" ? later(midnight(value), 1, "day") : value })
          }
        />
      </Group>
    </>
  );
}
