import { DatePickerInput } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import dayjs from "dayjs";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import type { Days } from "@/components/days";
import { useDateProps } from "@/components/useDateProps";

const SHOWN = "D MMM YYYY";

/** From which day to which; for pages that load late. */
export function DaysInput({ value, onChange }: { value: Days; onChange: (days: Days) => void }) {
  const { t } = useTranslation("around");
  const dates = useDateProps();
  const id = useId(); // the calendar that opens is named after the field
  // What is read in the field has to be in its name too.
  const [from, to] = value.map((day) => (day === null ? "" : dayjs(day).locale(dates.locale).format(SHOWN)));
  return (
    <DatePickerInput
      {...dates}
      id={id}
      popoverProps={{ id }}
      type="range"
      clearable
      allowSingleDateInRange
      w={{ base: "100%", xs: 280 }}
      aria-label={from ? `${t("days")}: ${from} – ${to}` : t("days")}
      placeholder={t("days")}
      valueFormat={SHOWN}
      leftSection={<IconCalendar size={18} aria-hidden />}
      clearButtonProps={{ "aria-label": t("clear") }}
      value={[...value]}
      onChange={([begin, end]) => onChange([begin, end])}
    />
  );
}
