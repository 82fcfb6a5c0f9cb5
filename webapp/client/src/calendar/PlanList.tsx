import { ColorSwatch, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Event } from "@/api/generated/types.gen";
import { useMe } from "@/api/me";
import { keyOf, nameOf, spanOf } from "@/calendar/events";
import { useWallFormat } from "@/calendar/useWallFormat";
import { useWords } from "@/calendar/words";
import { EmptyState } from "@/components/states";
import { later } from "@/status/wall";

interface Props {
  events: Event[];
  date: string;
  today: string;
  choose: (event: Event) => void;
}

/** A month as a list by day; what goes on for days stands where it begins, or at the first. */
export function PlanList({ events, date, today, choose }: Props) {
  const { t } = useTranslation("calendar");
  const { shown_time_zone: zone } = useMe();
  const format = useWallFormat();
  const first = `${date.slice(0, 7)}-01`;
  const next = later(`${first}T00:00`, 31, "day").slice(0, 7);
  const days = new Map<string, Event[]>();
  for (const event of events) {
    const { begin, end } = spanOf(event, zone);
    if (begin.slice(0, 7) >= next || (end ?? begin) <= `${first}T00:00`) continue;
    const day = begin < first ? first : begin.slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  if (days.size === 0) return <EmptyState icon={IconCalendar} title={t("nothing")} text={t("nothingText")} />;
  return (
    <Stack gap="md" maw={720}>
      {[...days].map(([day, found]) => (
        <section key={day} aria-label={format.day(day)}>
          <Title order={3} size="h5" mb={4} c={day === today ? "var(--mantine-primary-color-filled)" : ""}>
            {format.day(day)}
            {day === today && ` · ${t("view.today")}`}
          </Title>
          {found.map((event) => (
            <Row key={keyOf(event)} event={event} choose={() => choose(event)} />
          ))}
        </section>
      ))}
    </Stack>
  );
}

function Row({ event, choose }: { event: Event; choose: () => void }) {
  const { t } = useTranslation("calendar");
  const { shown_time_zone: zone } = useMe();
  const format = useWallFormat();
  const said = useWords();
  const details = [format.span(spanOf(event, zone), event.all_day), event.repeats && said(event.rule), event.note];
  return (
    <UnstyledButton onClick={choose} w="100%" py={8} mih={44}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <ColorSwatch component="span" color={event.status?.colour || "gray"} size={14} mt={5} aria-hidden />
        <div>
          <Text fw={500}>{nameOf(event, t("usual"))}</Text>
          <Text size="sm" c="dimmed">
            {details.filter(Boolean).join(" · ")}
          </Text>
        </div>
      </Group>
    </UnstyledButton>
  );
}
