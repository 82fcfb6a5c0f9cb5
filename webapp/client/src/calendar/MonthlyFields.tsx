import { Group, NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { type Day, DAYS, type Monthly, type Place, placeOf, PLACES } from "@/calendar/rule";
import { weekday } from "@/calendar/words";

interface Props {
  value: Monthly;
  /** When it begins, in wall clock. */
  starts: string;
  change: (value: Monthly) => void;
}

/** On which day of the month: "on the second Tuesday". */
export function MonthlyFields({ value, starts, change }: Props) {
  const { t, i18n } = useTranslation("calendar");
  const choose = (on: string) =>
    change(on === "weekday" ? { on, ...placeOf(starts) } : { on: on === "last" ? "last" : "same" });
  return (
    <>
      <NativeSelect
        label={t("monthly.on")}
        value={value.on}
        onChange={(event) => choose(event.currentTarget.value)}
        data={(["same", "weekday", "last"] as const).map((on) => ({
          value: on,
          label: t(`monthly.${on}`, { day: Number(starts.slice(8, 10)) || 1 }),
        }))}
      />
      {value.on === "weekday" && (
        <Group grow>
          <NativeSelect
            aria-label={t("monthly.place")}
            value={String(value.place)}
            onChange={(event) => change({ ...value, place: Number(event.currentTarget.value) as Place })}
            data={PLACES.map((place) => ({ value: String(place), label: t(`place.${place}`) }))}
          />
          <NativeSelect
            aria-label={t("monthly.day")}
            value={value.day}
            onChange={(event) => change({ ...value, day: event.currentTarget.value as Day })}
            data={DAYS.map((day) => ({ value: day, label: weekday(day, i18n.language) }))}
          />
        </Group>
      )}
    </>
  );
}
