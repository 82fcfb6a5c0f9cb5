import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Event } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import { nameOf, spanOf } from "@/calendar/events";
import { useWallFormat } from "@/calendar/useWallFormat";

const SHOWN = 3;

/** What else is planned for that time, and which of them counts. */
export function Meanwhile({ events }: { events: Event[] }) {
  const { t, i18n } = useTranslation("calendar");
  const { shown_time_zone: zone } = useMe();
  const format = useWallFormat();
  if (events.length === 0) return null;
  const named = events
    .slice(0, SHOWN)
    .map((each) => `${nameOf(each, t("usual"))} (${format.span(spanOf(each, zone), each.all_day)})`);
  return (
    <Text size="sm" role="status">
      {t("meanwhile", { names: new Intl.ListFormat(i18n.language).format(named) })}
    </Text>
  );
}
