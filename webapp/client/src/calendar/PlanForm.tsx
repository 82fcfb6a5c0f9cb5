import { Alert, Button, Group, SegmentedControl, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import type { Event } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import { Meanwhile } from "@/calendar/Meanwhile";
import type { Which } from "@/calendar/plans";
import { RepetitionFields } from "@/calendar/RepetitionFields";
import type { Repetition } from "@/calendar/rule";
import { ExtensionField, StatusField } from "@/calendar/StatusField";
import { TimeFields } from "@/calendar/TimeFields";
import { useErrorText } from "@/components/errors";
import { isWall } from "@/status/wall";

/** Times are wall clock; `ends` "": until it is changed; `repetition` null: a rule that the form cannot show. */
export interface Values {
  extension: string;
  title: string;
  status: string | null;
  starts: string;
  ends: string;
  allDay: boolean;
  note: string;
  repetition: Repetition | null;
}

interface Props {
  /** Of a repeated plan also one occurrence, and those from it on. */
  initial: { all: Values; one?: Values; following?: Values };
  /** What one occurrence is of. */
  about?: string;
  /** Whose wall clock the times are. */
  zone: string;
  busy: boolean;
  /** What the server said. */
  error: unknown;
  save: (values: Values, which: Which) => void;
  remove?: (which: Which) => void;
  meanwhile: (starts: string, ends: string) => Event[];
}

export function PlanForm({ initial, about, zone, busy, error, save, remove, meanwhile }: Props) {
  const { t } = useTranslation("calendar");
  const { shown_time_zone: mine } = useMe();
  const [which, setWhich] = useState<Which>(initial.one ? "one" : "all");
  const [values, setValues] = useState(initial.one ?? initial.all);
  const change = (what: Partial<Values>) => setValues({ ...values, ...what });
  const { starts, ends } = values;
  const complete = isWall(starts) && (ends === "" || isWall(ends));
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (complete && (ends === "" || ends > starts)) save(values, which);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {initial.one && (
          <SegmentedControl
            fullWidth
            aria-label={t("which")}
            value={which}
            onChange={(chosen) => {
              setWhich(chosen);
              setValues(initial[chosen] ?? initial.all);
            }}
            data={(["one", "following", "all"] as const).map((value) => ({ value, label: t(`these.${value}`) }))}
          />
        )}
        <Wrong error={error} />
        {which === "one" && about && <Text size="sm">{about}</Text>}
        {which !== "one" && <ExtensionField value={values.extension} change={(extension) => change({ extension })} />}
        {which !== "one" && <StatusField value={values.status} change={(status) => change({ status })} />}
        <TimeFields values={values} change={change} allDayToo={which !== "one"} error={error} />
        {zone !== mine && <Text size="sm">{t("zone", { zone })}</Text>}
        {complete && <Meanwhile events={meanwhile(starts, ends)} />}
        {which !== "one" && <RestFields values={values} change={change} counted={which === "following"} />}
        <Group justify="space-between">
          {remove ? (
            <Button variant="light" color="red" onClick={() => remove(which)}>
              {t(initial.one ? `removeThese.${which}` : "remove")}
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

interface RestProps {
  values: Values;
  change: (what: Partial<Values>) => void;
  counted: boolean;
}

function RestFields({ values, change, counted }: RestProps) {
  const { t } = useTranslation("calendar");
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput
        label={t("name")}
        maxLength={120}
        value={values.title}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <TextInput
        label={t("note")}
        maxLength={140}
        value={values.note}
        onChange={(event) => change({ note: event.currentTarget.value })}
      />
      </SimpleGrid>
      {values.repetition ? (
        <RepetitionFields
          value={values.repetition}
          starts={values.starts}
          counted={counted}
          change={(repetition) => change({ repetition })}
        />
      ) : (
        <Text size="sm">{t("otherRule")}</Text>
      )}
    </>
  );
}

/** What the server said that belongs to no field. */
function Wrong({ error }: { error: unknown }) {
  const errorText = useErrorText();
  if (error === null || (error instanceof ApiError && (error.fields["starts"] || error.fields["ends"]))) return null;
  return (
    <Alert color="red" role="alert">
      {errorText(error)}
    </Alert>
  );
}
