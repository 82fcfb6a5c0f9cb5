import { Chip, Group, Input, NativeSelect, NumberInput, SimpleGrid, Stack, Text } from "@mantine/core";
import { DateInput } from "@mantine/dates";
import { useTranslation } from "react-i18next";

import { MonthlyFields } from "@/calendar/MonthlyFields";
import { parsedDay } from "@/calendar/parsedDay";
import { DAYS, placeOf, type Repetition } from "@/calendar/rule";
import { useWords, weekday } from "@/calendar/words";
import { useDateProps } from "@/components/useDateProps";

interface Props {
  value: Repetition;
  /** When it begins, in wall clock. */
  starts: string;
  /** Those before are counted too. */
  counted: boolean;
  change: (value: Repetition) => void;
}

const WORKDAYS = DAYS.slice(0, 5);

/** Whether and how a plan repeats. */
export function RepetitionFields({ value, starts, counted, change }: Props) {
  const { t, i18n } = useTranslation("calendar");
  const said = useWords();
  const set = (what: Partial<Repetition>) => change({ ...value, ...what });
  const choose = (chosen: string) => {
    const days = chosen === "WORKDAYS" ? WORKDAYS : [placeOf(starts).day];
    if (chosen === "WORKDAYS") set({ frequency: "WEEKLY", interval: 1, days });
    else set({ frequency: chosen as Repetition["frequency"], ...(chosen === "WEEKLY" && { days }) });
  };
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NativeSelect
        label={t("repeats")}
        value={value.frequency}
        onChange={(event) => choose(event.currentTarget.value)}
        data={(["", "DAILY", "WORKDAYS", "WEEKLY", "MONTHLY", "YEARLY"] as const).map((each) => ({
          value: each,
          label: t(`frequency.${each || "ONCE"}`),
        }))}
      />
      {value.frequency !== "" && (
        <NumberInput
          label={t(`every.${value.frequency}`)}
          min={1}
          max={99}
          clampBehavior="strict"
          value={value.interval}
          onChange={(interval) => set({ interval: Number(interval) || 1 })}
        />
      )}
      </SimpleGrid>
      {value.frequency !== "" && (
        <>
          {value.frequency === "WEEKLY" && (
            <Input.Wrapper label={t("onDays")} labelElement="div">
              <Chip.Group multiple value={value.days} onChange={(days) => set({ days })}>
                <Group gap={4} role="group" aria-label={t("onDays")}>
                  {DAYS.map((day) => (
                    <Chip key={day} value={day} size="sm" aria-label={weekday(day, i18n.language)}>
                      {weekday(day, i18n.language, "short")}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            </Input.Wrapper>
          )}
          {value.frequency === "MONTHLY" && (
            <MonthlyFields value={value.monthly} starts={starts} change={(monthly) => set({ monthly })} />
          )}
          <EndFields value={value} counted={counted} set={set} />
          <Text size="sm" role="status">
            {t("inWords", { words: said(value) })}
          </Text>
        </>
      )}
    </Stack>
  );
}

interface EndProps {
  value: Repetition;
  counted: boolean;
  set: (what: Partial<Repetition>) => void;
}

function EndFields({ value, counted, set }: EndProps) {
  const { t } = useTranslation("calendar");
  const dates = useDateProps();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NativeSelect
        label={t("stops")}
        value={value.end}
        onChange={(event) => set({ end: event.currentTarget.value as Repetition["end"] })}
        data={(["never", "until", "count"] as const).map((each) => ({ value: each, label: t(`stop.${each}`) }))}
      />
      {value.end === "until" && (
        <DateInput
          {...dates}
          label={t("lastDay")}
          valueFormat={t("dateFormat")}
          dateParser={parsedDay}
          value={value.until || null}
          onChange={(until) => set({ until: until ?? "" })}
          error={value.until === "" && t("noTime")}
        />
      )}
      {value.end === "count" && (
        <NumberInput
          label={t("times")}
          description={counted && t("timesCounted")}
          min={1}
          max={1000}
          value={value.count}
          onChange={(count) => set({ count: Number(count) || 1 })}
        />
      )}
    </SimpleGrid>
  );
}
