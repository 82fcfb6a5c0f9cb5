import { Button, Group, Paper, Stack, Text } from "@mantine/core";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";

import type { Card } from "./cards";
import classes from "./Dock.module.css";
import { Duration } from "./Duration";
import { useHandedNumbers } from "./handedOver";
import { IncomingCard } from "./IncomingCard";
import { phone } from "./phone";
import { useCardState } from "./states";
import { useCards } from "./useCards";
import { useChosenNotifications } from "./useChosenNotifications";
import { usePhoneShortcuts } from "./usePhoneShortcuts";

/** On every screen: calls that ring, and the way back to calls that go on. Keeps the phone running. */
export function Dock() {
  const { id, extensions } = useMe();
  const there = extensions.length > 0;
  useEffect(() => (there ? phone.start(id) : undefined), [id, there]);
  const cards = useCards();
  const onPhone = useLocation({ select: ({ pathname }) => pathname.startsWith("/phone") });
  usePhoneShortcuts(cards);
  useEffect(() => {
    // Late: nobody waits for it to see the screen.
    void import("@/shell/push").then(({ acceptPush }) => acceptPush()).catch(() => undefined);
  }, []);
  useHandedNumbers();
  useChosenNotifications();
  const ringing = cards.filter((card) => card.state === "incoming");
  const others = cards.filter((card) => card.state !== "incoming" && card.state !== "ended");
  const busy = others.some((card) => card.state === "talking" || card.state === "conference");
  return (
    <Stack className={classes.dock} gap="sm">
      {ringing.map((card) => (
        <IncomingCard key={card.key} card={card} busy={busy} />
      ))}
      {onPhone ? null : others.map((card) => <Running key={card.key} card={card} />)}
    </Stack>
  );
}

function Running({ card }: { card: Card }) {
  const { t } = useTranslation("phone");
  const navigate = useNavigate();
  const words = useCardState(card);
  return (
    <Paper withBorder radius="lg" p="xs" shadow="md">
      <Group justify="space-between" wrap="nowrap">
        <Button variant="subtle" px="xs" miw={0} onClick={() => void navigate({ to: "/phone" })}>
          {card.name || card.number}
        </Button>
        <Text size="sm" c="dimmed">
          {words} {card.since ? <Duration since={card.since} /> : null}
        </Text>
        {card.leg ? (
          <Button size="xs" color="red" flex="none" onClick={() => card.leg && phone.hangUp(card.leg.key)}>
            {t("action.hangUp")}
          </Button>
        ) : null}
      </Group>
    </Paper>
  );
}
