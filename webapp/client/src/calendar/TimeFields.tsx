import { Checkbox, Input, SimpleGrid } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import type { Values } from "@/calendar/PlanForm";
import { WallInput } from "@/calendar/WallInput";
import { isWall, later, minutesBetween } from "@/status/wall";

interface Props {
  values: Values;
  change: (what: Partial<Values>) => void;
  /** Whether it can become whole days, or without an end. */
  allDayToo: boolean;
  /** What the server said. */
  error: unknown;
}

/** Begin and end. Of whole days the form shows the last day itself, the value is the midnight after it. */
export function TimeFields({ values: { starts, ends, allDay }, change, allDayToo, error }: Props) {
  const { t } = useTranslation("calendar");
  const said = error instanceof ApiError ? error.fields : {};
  const midnight = (wall: string) => `${wall.slice(0, 10)}T00:00`;
  const toAllDay = (whole: boolean) =>
    change(
      whole
        ? { allDay: true, starts: midnight(starts), ends: later(midnight(starts), 1, "day") }
        : { allDay: false, starts: `${starts.slice(0, 10)}T09:00`, ends: `${starts.slice(0, 10)}T17:00` },
    );
  // It stays as long as it was.
  const toBegin = (begin: string) => {
    const known = isWall(begin) && isWall(starts) && isWall(ends) && ends > starts;
    change({ starts: begin, ...(known && { ends: later(begin, minutesBetween(starts, ends), "minute") }) });
  };
  const toEnd = (end: string) => change({ ends: allDay && isWall(end) ? later(midnight(end), 1, "day") : end });
  const lastShown = allDay && isWall(ends) ? later(ends, -1, "minute") : ends;
  const early = isWall(starts) && isWall(ends) && ends <= starts;
  return (
    <>
      {allDayToo && (
        <Checkbox label={t("allDay")} checked={allDay} onChange={(event) => toAllDay(event.currentTarget.checked)} />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <WallInput
        label={t("starts")}
        value={starts}
        days={allDay}
        change={toBegin}
        error={isWall(starts) ? said["starts"]?.[0] : t("noTime")}
      />
      {ends !== "" && (
        <WallInput
          label={t("ends")}
          value={lastShown}
          days={allDay}
          change={toEnd}
          error={early ? t("early") : isWall(ends) ? said["ends"]?.[0] : t("noTime")}
        />
      )}
      </SimpleGrid>
      {ends === "" && said["ends"] && <Input.Error>{said["ends"][0]}</Input.Error>}
      {!allDay && (
        <Checkbox
          label={t("noEnd")}
          checked={ends === ""}
          onChange={(event) => change({ ends: event.currentTarget.checked ? "" : later(starts, 1, "hour") })}
        />
      )}
    </>
  );
}
