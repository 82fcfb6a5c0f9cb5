import { Button, ColorSwatch, Group, Radio, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { statusesListOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";
import type { ValueOf } from "@/live/types";
import { UntilField } from "@/status/UntilField";
import { fromWall, isWall, toWall } from "@/status/wall";

const ALL = { query: { page_size: 200 } } as const;

interface Props {
  mine: ValueOf<"me">;
  busy: boolean;
  save: (body: { status: string | null; note: string; until: string | null }) => void;
}

/** A status, a note for colleagues, and until when. */
export function StatusForm({ mine, busy, save }: Props) {
  const { t } = useTranslation("status");
  const { shown_time_zone: zone } = useMe();
  const statuses = useQuery(statusesListOptions(ALL)).data?.results ?? [];
  const [status, setStatus] = useState(mine.status?.id ?? "");
  const [note, setNote] = useState(mine.status?.note ?? "");
  const [until, setUntil] = useState(mine.status?.until ? toWall(mine.status.until * 1000, zone) : "");
  const [tried, setTried] = useState(false);
  const wrong = until === "" ? "" : !isWall(until) ? t("noTime") : until <= toWall(new Date(), zone) ? t("past") : "";
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!wrong) save({ status: status || null, note, until: until ? fromWall(until, zone) : null });
  };
  return (
    <form onSubmit={submit} noValidate>
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
        <UntilField value={until} change={setUntil} error={tried && wrong ? wrong : undefined} />
        <Button type="submit" loading={busy}>
          {t("set")}
        </Button>
      </Stack>
    </form>
  );
}
