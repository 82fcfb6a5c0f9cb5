import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { WallInput } from "@/calendar/WallInput";
import { suggestedEnds } from "@/status/wall";

const DAY_ENDS = "17:00";

interface Props {
  /** Wall clock of the person's zone; "" without an end. */
  value: string;
  change: (value: string) => void;
  error: string | undefined;
}

/** When the status ends: as the person writes days and times, with what is meant most often beside it. */
export function UntilField({ value, change, error }: Props) {
  const { t } = useTranslation("status");
  const { shown_time_zone: zone } = useMe();
  const ends = suggestedEnds(new Date(), zone);
  // Who only picks a day means the end of it.
  const typed = (wall: string) => change(wall === "T" ? "" : value === "" && wall.endsWith("T") ? wall + DAY_ENDS : wall);
  return (
    <>
      <WallInput label={t("until")} description={t("untilText")} value={value} change={typed} days={false} error={error} inside />
      <Group gap="xs">
        <Text size="xs" c="dimmed">
          {t("suggested")}
        </Text>
        <Button size="compact-xs" variant="default" onClick={() => change(ends.hour)}>
          {t("oneHour")}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => change(ends.today)}>
          {t("today")}
        </Button>
        <Button size="compact-xs" variant="default" onClick={() => change("")}>
          {t("noEnd")}
        </Button>
      </Group>
    </>
  );
}
