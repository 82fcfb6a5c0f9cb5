import { DatePickerInput } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import type { Days } from "@/components/days";
import { useDateProps } from "@/components/useDateProps";

/** From which day to which; for pages that load late. */
export function DaysInput({ value, onChange }: { value: Days; onChange: (days: Days) => void }) {
  const { t } = useTranslation("around");
  const dates = useDateProps();
  const id = useId(); // the calendar that opens is named after the field
  return (
    <DatePickerInput
      {...dates}
      id={id}
      popoverProps={{ id }}
      type="range"
      clearable
      allowSingleDateInRange
      w={{ base: "100%", xs: 240 }}
      aria-label={t("days")}
      placeholder={t("days")}
      valueFormat="D MMM YYYY"
      leftSection={<IconCalendar size={18} aria-hidden />}
      clearButtonProps={{ "aria-label": t("clear") }}
      value={[...value]}
      onChange={([from, to]) => onChange([from, to])}
    />
  );
}
