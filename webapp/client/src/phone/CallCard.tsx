import { Alert, Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { CallKeypad } from "./CallKeypad";
import { CardActions } from "./CardActions";
import { CardMenu } from "./CardMenu";
import type { Card } from "./cards";
import { Consultation } from "./Consultation";
import { DragHandle } from "./dragging";
import { Duration } from "./Duration";
import { HangUp } from "./HangUp";
import { MutedNotice } from "./MutedNotice";
import { Participants } from "./Participants";
import { QualityBadge } from "./QualityBadge";
import { useCardState } from "./states";
import { Who } from "./Who";

// Only a talking call needs these.
const CallNote = lazy(async () => ({ default: (await import("./CallNote")).CallNote }));
const AddDialog = lazy(async () => ({ default: (await import("./AddDialog")).AddDialog }));
const TransferDialog = lazy(async () => ({ default: (await import("./TransferDialog")).TransferDialog }));

type Open = "keypad" | "transfer" | "add" | "note" | null;

/** One call that goes on, with all that can be done to it. */
export function CallCard({ card }: { card: Card }) {
  const { t } = useTranslation("phone");
  const [open, setOpen] = useState<Open>(null);
  const words = useCardState(card);
  const { leg, call } = card;
  const toggle = (what: Open) => setOpen((now) => (now === what ? null : what));
  const close = () => setOpen(null);
  return (
    <Paper
      withBorder
      p="md"
      radius="lg"
      shadow={card.state === "talking" ? "md" : undefined}
      component="section"
      aria-label={card.name || card.number}
    >
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Who number={card.number} name={card.name} size="lg">
            <Group gap="xs">
              <Text size="sm" c="dimmed" role="status">
                {words}
              </Text>
              {card.since && card.state !== "ended" ? <Duration since={card.since} /> : null}
              {call?.recording ? <Badge color="red">{t("recording")}</Badge> : null}
            </Group>
          </Who>
          <Group gap={4} wrap="nowrap">
            {leg?.state === "talking" ? <QualityBadge leg={leg.key} /> : null}
            {call && answered(card) ? <DragHandle call={call.id} /> : null}
            {card.state === "ended" ? null : <CardMenu card={card} onNote={() => toggle("note")} />}
          </Group>
        </Group>
        {leg?.muted && leg.state === "talking" ? <MutedNotice leg={leg.key} /> : null}
        {leg?.ended === "microphone" ? <Alert color="red">{t("ended.microphone")}</Alert> : null}
        {call && card.state !== "ended" && leg ? <Consultation card={card} /> : null}
        {answered(card) ? (
          <CardActions
            card={card}
            keypad={open === "keypad"}
            onKeypad={() => toggle("keypad")}
            onTransfer={() => toggle("transfer")}
            onAdd={() => toggle("add")}
          />
        ) : null}
        {open === "keypad" && leg ? <CallKeypad leg={leg.key} /> : null}
        {call?.room ? <Participants room={call.room} /> : null}
        <Suspense fallback={null}>
          {open === "note" && call ? <CallNote call={call.id} onSaved={close} /> : null}
        </Suspense>
        {card.state === "ended" ? null : <HangUp card={card} />}
      </Stack>
      <Suspense fallback={null}>
        {call && open === "transfer" ? <TransferDialog card={card} call={call} onClose={close} /> : null}
        {call && open === "add" ? <AddDialog call={call} onClose={close} /> : null}
      </Suspense>
    </Paper>
  );
}

function answered({ leg, call, state }: Card): boolean {
  if (state === "ended") return false;
  return leg ? leg.answeredAt !== null : call?.answered_at != null;
}
