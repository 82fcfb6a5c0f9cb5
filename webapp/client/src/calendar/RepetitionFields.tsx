import { Chip, Group, Input, NativeSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { DAYS, type Repetition } from "@/calendar/rule";

/** Whether and how a plan repeats. */
export function RepetitionFields({ value, change }: { value: Repetition; change: (value: Repetition) => void }) {
  const { t } = useTranslation("calendar");
  const set = (what: Partial<Repetition>) => change({ ...value, ...what });
  return (
    <Stack gap="sm">
      <NativeSelect
        label={t("repeats")}
        value={value.frequency}
        onChange={(event) => set({ frequency: event.currentTarget.value as Repetition["frequency"] })}
        data={(["", "DAILY", "WEEKLY", "MONTHLY"] as const).map((each) => ({
          value: each,
          label: t(`frequency.${each || "ONCE"}`),
        }))}
      />
      {value.frequency !== "" && (
        <>
          <NumberInput
            label={t(`every.${value.frequency}`)}
            min={1}
            max={99}
            clampBehavior="strict"
            value={value.interval}
            onChange={(interval) => set({ interval: Number(interval) || 1 })}
          />
          {value.frequency === "WEEKLY" && (
            <Input.Wrapper label={t("onDays")} labelElement="div">
              <Chip.Group multiple value={value.days} onChange={(days) => set({ days })}>
                <Group gap={4} role="group" aria-label={t("onDays")}>
                  {DAYS.map((day) => (
                    <Chip key={day} value={day} size="xs">
                      {t(`days.${day}`)}
                    </Chip>
                  ))}
                </Group>
              </Chip.Group>
            </Input.Wrapper>
          )}
          <NativeSelect
            label={t("stops")}
            value={value.end}
            onChange={(event) => set({ end: event.currentTarget.value as Repetition["end"] })}
            data={(["never", "until", "count"] as const).map((each) => ({ value: each, label: t(`stop.${each}`) }))}
          />
          {value.end === "until" && (
            <TextInput
              type="date"
              required
              label={t("lastDay")}
              value={value.until}
              onChange={(event) => set({ until: event.currentTarget.value })}
            />
          )}
          {value.end === "count" && (
            <NumberInput
              label={t("times")}
              min={1}
              max={1000}
              value={value.count}
              onChange={(count) => set({ count: Number(count) || 1 })}
            />
          )}
        </>
      )}
    </Stack>
  );
}
