import { Group, Input, VisuallyHidden } from "@mantine/core";
import { DateInput, TimePicker } from "@mantine/dates";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { parsedDay } from "@/calendar/parsedDay";
import { useDateProps } from "@/components/useDateProps";

interface Props {
  label: string;
  /** "2026-11-03T14:05"; a part is missing while somebody types. */
  value: string;
  change: (value: string) => void;
  /** Only the day. */
  days: boolean;
  error?: string | undefined;
  description?: string;
  /** Within something that a click elsewhere closes: the calendar that opens belongs to it. */
  inside?: boolean;
}

/** A day and a time in the person's language and clock, to type or to pick. */
export function WallInput({ label, value, change, days, error, description, inside = false }: Props) {
  const { t } = useTranslation("calendar");
  const dates = useDateProps();
  const twelve = useMe().preferences.time_format === "12";
  const id = useId();
  const [day = "", time = ""] = value.split("T");
  return (
    <div role="group" aria-labelledby={`${id}-label`} aria-describedby={error ? `${id}-error` : undefined}>
      <Input.Label component="div" id={`${id}-label`}>
        {label}
      </Input.Label>
      {description && <Input.Description mb={4}>{description}</Input.Description>}
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <DateInput
          {...dates}
          flex={1}
          aria-label={t("dayOf", { label })}
          valueFormat={t("dateFormat")}
          dateParser={parsedDay}
          popoverProps={{ withinPortal: !inside }}
          value={day || null}
          onChange={(chosen) => change(`${chosen ?? ""}T${days ? "00:00" : time}`)}
          error={Boolean(error)}
        />
        {!days && (
          <TimePicker
            aria-label={t("timeOf", { label })}
            hoursInputLabel={t("hoursOf", { label })}
            minutesInputLabel={t("minutesOf", { label })}
            amPmInputLabel={t("halfOf", { label })}
            format={twelve ? "12h" : "24h"}
            value={time}
            onChange={(chosen) => change(`${day}T${chosen.slice(0, 5)}`)}
            error={Boolean(error)}
          />
        )}
      </Group>
      {error && (
        <Input.Error id={`${id}-error`} mt={4}>
          <VisuallyHidden>{label}: </VisuallyHidden>
          {error}
        </Input.Error>
      )}
    </div>
  );
}
