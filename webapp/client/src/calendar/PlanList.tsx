import { ActionIcon, ColorSwatch, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";
import { IconCalendar, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Event } from "@/api/generated/types.gen";
import { keyOf } from "@/calendar/events";
import { useFormat } from "@/components/format";
import { EmptyState } from "@/components/states";
import { later } from "@/status/wall";

interface Props {
  events: Event[];
  date: string;
  setDate: (date: string) => void;
  choose: (event: Event) => void;
}

/** A month as a list by day: for narrow screens. */
export function PlanList({ events, date, setDate, choose }: Props) {
  const { t, i18n } = useTranslation("calendar");
  const { isoDay, day, time } = useFormat();
  const month = date.slice(0, 7);
  const first = `${month}-01T00:00`;
  const found = events.filter(({ starts }) => isoDay(starts).startsWith(month));
  const days = [...new Set(found.map(({ starts }) => isoDay(starts)))].sort();
  const step = (amount: number) => setDate(`${later(first, amount, "day").slice(0, 7)}-01`);
  const name = new Intl.DateTimeFormat(i18n.language, { month: "long", year: "numeric", timeZone: "UTC" });
  return (
    <Stack>
      <Group justify="space-between">
        <ActionIcon variant="default" size="lg" aria-label={t("view.previous")} onClick={() => step(-1)}>
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <Text fw={600}>{name.format(new Date(`${month}-15T12:00:00Z`))}</Text>
        <ActionIcon variant="default" size="lg" aria-label={t("view.next")} onClick={() => step(32)}>
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
      </Group>
      {days.length === 0 && <EmptyState icon={IconCalendar} title={t("nothing")} text={t("nothingText")} />}
      {days.map((key) => (
        <section key={key} aria-label={day(`${key}T12:00:00Z`)}>
          <Title order={2} size="h5" mb={4}>
            {day(`${key}T12:00:00Z`)}
          </Title>
          {found
            .filter(({ starts }) => isoDay(starts) === key)
            .map((event) => (
              <UnstyledButton key={keyOf(event)} onClick={() => choose(event)} w="100%" py={8}>
                <Group gap="sm" wrap="nowrap">
                  <ColorSwatch component="span" color={event.status?.colour ?? "gray"} size={14} aria-hidden />
                  <div>
                    <Text fw={500}>{event.title || (event.status?.name ?? t("usual"))}</Text>
                    <Text size="sm" c="dimmed">
                      {event.all_day ? t("allDay") : [event.starts, event.ends].flatMap((at) => at ?? []).map(time).join(" – ")}
                      {event.note && ` · ${event.note}`}
                    </Text>
                  </div>
                </Group>
              </UnstyledButton>
            ))}
        </section>
      ))}
    </Stack>
  );
}
