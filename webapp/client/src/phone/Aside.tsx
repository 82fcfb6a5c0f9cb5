import { ActionIcon, Button, Group, Paper, ScrollArea, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconPhone, IconSearch } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { PersonAvatar } from "@/components/PersonAvatar";
import type { Colleague } from "@/live/generated";
import { useEntities } from "@/live/store";

import { useCallDrop } from "./dragging";
import { Duration } from "./Duration";
import { useMine } from "./mine";
import { phone, usePhoneStore } from "./phone";
import { PresenceDot } from "./PresenceDot";
import { byName } from "./usePeople";

/** Beside the calls: what is parked, what rings at others, and colleagues to call or to drop a call on. */
export function Aside() {
  return (
    <Stack gap="md">
      <ParkedCalls />
      <Pickups />
      <Colleagues />
    </Stack>
  );
}

function ParkedCalls() {
  const { t } = useTranslation("phone");
  const parked = [...useEntities("parked")];
  return (
    <Section title={t("aside.parked")} quiet empty={t("aside.noParked")} count={parked.length}>
      {parked.map(([call, { slot, number, name, since }]) => (
        <Group key={call} justify="space-between" wrap="nowrap">
          <Text truncate>
            {slot} · {name || number} {since === null ? null : <Duration since={since * 1000} />}
          </Text>
          <Take who={name || number} onTake={() => phone.dial(slot)} />
        </Group>
      ))}
    </Section>
  );
}

function Pickups() {
  const { t } = useTranslation("phone");
  const own = useEntities("call");
  const names = useNames();
  const found = [...useEntities("pickup")].filter(([, { call }]) => !own.has(call));
  return (
    <Section title={t("aside.pickups")} quiet empty={t("aside.noPickups")} count={found.length}>
      {found.map(([id, { call, caller, extensions }]) => (
        <Group key={id} justify="space-between" wrap="nowrap">
          <Text truncate>
            {caller.name || caller.number}{" "}
            <Text span c="dimmed" size="sm">
              {t("aside.for", { who: extensions.map((number) => names.get(number) ?? number).join(", ") })}
            </Text>
          </Text>
          <Take
            who={caller.name || caller.number}
            onTake={() => phone.take(call, caller.number, caller.name)}
          />
        </Group>
      ))}
    </Section>
  );
}

function Take({ who, onTake }: { who: string; onTake: () => void }) {
  const { t } = useTranslation("phone");
  const ready = usePhoneStore((store) => store.view.line === "ready");
  return (
    <Button
      size="xs"
      variant="light"
      aria-label={`${t("aside.take")} ${who}`}
      disabled={!ready}
      onClick={onTake}
    >
      {t("aside.take")}
    </Button>
  );
}

function Colleagues() {
  const { t } = useTranslation("phone");
  const colleagues = useEntities("colleague");
  const mine = useMine()?.value.number;
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => {
    const text = wanted.trim().toLowerCase();
    return [...colleagues]
      .filter(
        ([, { name, number }]) =>
          number !== mine && (name.toLowerCase().includes(text) || number.startsWith(text)),
      )
      .sort(([, a], [, b]) => byName(a, b));
  }, [colleagues, mine, wanted]);
  return (
    <Section title={t("aside.colleagues")} empty={t("aside.noColleagues")} count={shown.length}>
      <TextInput
        aria-label={t("aside.search")}
        placeholder={t("aside.search")}
        leftSection={<IconSearch size={16} />}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <ScrollArea.Autosize mah={420} type="auto" offsetScrollbars>
        {shown.map(([id, each]) => (
          <ColleagueRow key={id} colleague={each} />
        ))}
      </ScrollArea.Autosize>
    </Section>
  );
}

function ColleagueRow({ colleague }: { colleague: Colleague }) {
  const { t } = useTranslation("phone");
  const { name, number, photo, state, status } = colleague;
  const { over, handlers } = useCallDrop(colleague);
  return (
    <Group
      {...handlers}
      wrap="nowrap"
      justify="space-between"
      p={4}
      style={{
        borderRadius: 8,
        ...(over && { outline: "2px dashed var(--mantine-primary-color-filled)" }),
      }}
    >
      <Group gap="xs" wrap="nowrap" miw={0}>
        <PersonAvatar name={name} photo={photo} size={32} />
        <PresenceDot state={state} />
        <Stack gap={0} miw={0}>
          <Text size="sm" truncate>
            {name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {number}
            {status && !status.default ? ` · ${status.note || status.name}` : ""}
          </Text>
        </Stack>
      </Group>
      <ActionIcon
        variant="subtle"
        color="green"
        aria-label={t("aside.callWho", { who: name })}
        onClick={() => phone.dial(number)}
      >
        <IconPhone size={18} />
      </ActionIcon>
    </Group>
  );
}

function useNames(): Map<string, string> {
  const colleagues = useEntities("colleague");
  return useMemo(
    () => new Map([...colleagues.values()].map(({ number, name }) => [number, name])),
    [colleagues],
  );
}

interface SectionProps {
  readonly title: string;
  readonly empty: string;
  readonly count: number;
  /** Not there on a phone's screen while it is empty. */
  readonly quiet?: boolean;
  readonly children: React.ReactNode;
}

function Section({ title, empty, count, quiet = false, children }: SectionProps) {
  return (
    <Paper
      withBorder
      radius="lg"
      p="md"
      component="section"
      aria-label={title}
      visibleFrom={quiet && count === 0 ? "sm" : undefined}
    >
      <Stack gap="xs">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
        {count === 0 ? (
          <Text size="sm" c="dimmed">
            {empty}
          </Text>
        ) : null}
      </Stack>
    </Paper>
  );
}
