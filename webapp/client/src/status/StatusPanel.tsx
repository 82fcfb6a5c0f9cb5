import { Button, ColorSwatch, Divider, Group, Radio, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { statusesListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";
import type { ValueOf } from "@/live/types";
import { useCallerIds } from "@/status/callerIds";
import { ForwardRow } from "@/status/ForwardRow";
import { useSetState } from "@/status/setting";
import { fromWall, suggestedEnds, toWall } from "@/status/wall";

const ALL = { query: { page_size: 200 } } as const;
const USUAL = "";

interface Props {
  extension: string;
  mine: ValueOf<"me">;
  close: () => void;
}

/** Status with a note and an end; do not disturb, forwards and the number shown, which count at once. */
export function StatusPanel({ extension, mine, close }: Props) {
  const { t } = useTranslation("status");
  const { set, isPending } = useSetState(extension);
  const callerIds = useCallerIds(extension);
  return (
    <Stack gap="sm">
      <StatusForm mine={mine} busy={isPending} save={(body) => set(body, close)} />
      <Divider />
      <Switch
        label={t("quiet")}
        description={t("quietText")}
        checked={mine.do_not_disturb}
        onChange={(event) => set({ do_not_disturb: event.currentTarget.checked })}
      />
      {(["all", "busy", "no_answer"] as const).map((when) => (
        <ForwardRow
          key={`${when} ${mine.forward[when] ?? ""}`}
          label={t(`forward.${when}`)}
          target={mine.forward[when]}
          save={(target) => set({ [`forward_${when}`]: target })}
        />
      ))}
      {callerIds.length > 0 && (
        <Select
          label={t("callerId")}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          data={[{ value: USUAL, label: t("callerIdUsual") }, ...callerIds]}
          // One that was taken away counts no longer.
          value={callerIds.find(({ value }) => value === mine.caller_id)?.value ?? USUAL}
          onChange={(id) => set({ caller_id: id || null })}
        />
      )}
    </Stack>
  );
}

interface FormProps {
  mine: ValueOf<"me">;
  busy: boolean;
  save: (body: { status: string | null; note: string; until: string | null }) => void;
}

function StatusForm({ mine, busy, save }: FormProps) {
  const { t } = useTranslation("status");
  const { shown_time_zone: zone } = useMe();
  const statuses = useQuery(statusesListOptions(ALL)).data?.results ?? [];
  const [status, setStatus] = useState(mine.status?.id ?? "");
  const [note, setNote] = useState(mine.status?.note ?? "");
  const [until, setUntil] = useState(mine.status?.until ? toWall(mine.status.until * 1000, zone) : "");
  const ends = suggestedEnds(new Date(), zone);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save({ status: status || null, note, until: until ? fromWall(until, zone) : null });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <Radio.Group label={t("title")} value={status} onChange={setStatus}>
          <Stack gap={6} mt={4}>
            {statuses.map(({ id, name, colour }) => (
              <Radio
                key={id}
                value={id}
                label={
                  <Group gap={6} wrap="nowrap">
                    <ColorSwatch component="span" color={colour ?? "gray"} size={12} aria-hidden />
                    {name}
                  </Group>
                }
              />
            ))}
          </Stack>
        </Radio.Group>
        <TextInput label={t("note")} maxLength={140} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
        <TextInput
          type="datetime-local"
          label={t("until")}
          description={t("untilText")}
          value={until}
          onChange={(e) => setUntil(e.currentTarget.value)}
        />
        <Group gap="xs">
          <Text size="xs" c="dimmed">
            {t("suggested")}
          </Text>
          <Button size="compact-xs" variant="default" onClick={() => setUntil(ends.hour)}>
            {t("oneHour")}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setUntil(ends.today)}>
            {t("today")}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setUntil("")}>
            {t("noEnd")}
          </Button>
        </Group>
        <Button type="submit" loading={busy}>
          {t("set")}
        </Button>
      </Stack>
    </form>
  );
}
