import "@mantine/dates/styles.css";
import "dayjs/locale/nl";

import { DatePickerInput } from "@mantine/dates";
import { IconCalendar } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Days } from "@/components/days";

/** From which day to which; for pages that load late. */
export function DaysInput({ value, onChange }: { value: Days; onChange: (days: Days) => void }) {
  const { t, i18n } = useTranslation("around");
  return (
    <DatePickerInput
      type="range"
      clearable
      allowSingleDateInRange
      w={{ base: "100%", xs: 240 }}
      aria-label={t("days")}
      placeholder={t("days")}
      locale={i18n.language}
      firstDayOfWeek={1}
      valueFormat="D MMM YYYY"
      leftSection={<IconCalendar size={18} aria-hidden />}
      clearButtonProps={{ "aria-label": t("clear") }}
      value={[...value]}
      onChange={([from, to]) => onChange([from, to])}
    />
  );
}
