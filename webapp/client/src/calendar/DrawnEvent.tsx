import { Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { ScheduleEventData } from "@mantine/schedule";
import { IconNote, IconRepeat } from "@tabler/icons-react";
import type { ComponentPropsWithoutRef, KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import type { Event } from "@/api/generated/types.gen";
import classes from "@/calendar/Calendar.module.css";
import { nameOf, open, type Span, wallOf } from "@/calendar/events";
import { useWallFormat } from "@/calendar/useWallFormat";
import { useWords } from "@/calendar/words";
import { minutesBetween } from "@/status/wall";

/** The id of the text that tells how to move one by keyboard. */
export const HELP = "calendar-help";
const TWO_LINES = 45; // minutes

interface Props {
  drawn: ScheduleEventData;
  /** What the library gives its own button. */
  rest: ComponentPropsWithoutRef<"button">;
  carried: boolean;
  onKeyDown: (event: Event, pressed: KeyboardEvent) => void;
}

export function eventOf(drawn: ScheduleEventData): Event {
  return drawn.payload?.["event"] as Event;
}

function spanOfDrawn(drawn: ScheduleEventData): Span {
  return { begin: wallOf(String(drawn.start)), end: eventOf(drawn).ends === null ? null : wallOf(String(drawn.end)) };
}

/** An occurrence in the calendar: a button that opens it, by keyboard also one that moves it. */
export function DrawnEvent({ drawn, rest, carried, onKeyDown }: Props) {
  const { t } = useTranslation("calendar");
  const format = useWallFormat();
  const said = useWords();
  const event = eventOf(drawn);
  const span = spanOfDrawn(drawn);
  const time = format.span(span, event.all_day);
  const more = [format.day(span.begin), time, event.repeats && said(event.rule), event.note];
  return (
    <UnstyledButton
      {...rest}
      className={`${rest.className ?? ""} ${classes["event"]}`}
      style={{ ...rest.style, ...colours(event) }}
      data-carried={carried || undefined}
      title={[nameOf(event, t("usual")), time, event.note].filter(Boolean).join("\n")}
      aria-describedby={open(event) ? HELP : undefined}
      onKeyDown={(pressed) => onKeyDown(event, pressed)}
    >
      {rest.children}
      <VisuallyHidden>{more.filter(Boolean).join(", ")}</VisuallyHidden>
    </UnstyledButton>
  );
}

/** The status's colour as a tint; the text keeps the colour of all text, so that it can be read on any. */
function colours(event: Event): object {
  const colour = event.status?.colour || "var(--mantine-color-gray-6)";
  const tint = (percent: number) => `color-mix(in srgb, ${colour} ${percent}%, var(--mantine-color-body))`;
  return {
    "--event-bg": tint(open(event) ? 24 : 9),
    "--event-hover": tint(32),
    "--event-color": "var(--mantine-color-text)",
    "--event-colour": colour,
  };
}

/** What can be read in it: in one line in a `row` of a month, and when it is short. */
export function EventText({ drawn, row }: { drawn: ScheduleEventData; row: boolean }) {
  const { t } = useTranslation("calendar");
  const format = useWallFormat();
  const event = eventOf(drawn);
  const span = spanOfDrawn(drawn);
  const line = row || (span.end !== null && minutesBetween(span.begin, span.end) < TWO_LINES);
  return (
    <span className={classes["text"]} data-line={line || undefined}>
      {line && !event.all_day && <>{format.time(span.begin)} </>}
      <b>{nameOf(event, t("usual"))}</b>
      {event.repeats && <IconRepeat size={12} aria-hidden />}
      {event.note && <IconNote size={12} aria-hidden />}
      {!line && !event.all_day && (
        <Text component="span" size="xs" display="block">
          {format.span(span, false)}
        </Text>
      )}
    </span>
  );
}
