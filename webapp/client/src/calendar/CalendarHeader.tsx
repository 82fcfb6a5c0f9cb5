import { ActionIcon, Button, Group, SegmentedControl, Title } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { stepped, type View, weekOf } from "@/calendar/views";
import { useWallFormat } from "@/calendar/useWallFormat";

interface Props {
  view: View;
  views: readonly View[];
  setView: (view: View) => void;
  date: string;
  today: string;
  setDate: (date: string) => void;
}

/** Which days are shown, and how. */
export function CalendarHeader({ view, views, setView, date, today, setDate }: Props) {
  const { t } = useTranslation("calendar");
  const format = useWallFormat();
  const { first, last } = weekOf(date);
  const title = {
    day: () => format.day(date),
    week: () => format.days(first, last),
    month: () => format.month(date),
    list: () => format.month(date),
  }[view]();
  const step = (by: 1 | -1) => setDate(stepped(date, view, by));
  return (
    <Group justify="space-between" mb="sm" gap="xs">
      <Group gap="xs">
        <Group gap={4} wrap="nowrap">
          <ActionIcon variant="default" size={36} aria-label={t("view.previous")} onClick={() => step(-1)}>
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <Button variant="default" px="sm" onClick={() => setDate(today)}>
            {t("view.today")}
          </Button>
          <ActionIcon variant="default" size={36} aria-label={t("view.next")} onClick={() => step(1)}>
            <IconChevronRight size={18} aria-hidden />
          </ActionIcon>
        </Group>
        <Title order={2} size="h4" aria-live="polite">
          {title}
        </Title>
      </Group>
      <SegmentedControl
        aria-label={t("view.select")}
        value={view}
        onChange={(chosen) => setView(chosen)}
        data={views.map((value) => ({ value, label: t(`view.${value}`) }))}
      />
    </Group>
  );
}
