import { Badge, Button, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconDeviceLaptop, IconDeviceMobile } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  meSessionsDestroyMutation,
  meSessionsEndOthersCreateMutation,
  meSessionsListOptions,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Session } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { useFormat } from "@/components/format";
import { Loading, LoadingFailed } from "@/components/states";
import { toastDone, toastProblem } from "@/components/toasts";
import { looksOf } from "@/settings/browsers";
import { Section } from "@/settings/Section";

/** Where one is signed in, and the way to end that. */
export function Sessions() {
  const { t } = useTranslation("settings");
  const client = useQueryClient();
  const errorText = useErrorText();
  const list = useQuery({ ...meSessionsListOptions(), staleTime: 0 });
  const options = {
    onSuccess: () => toastDone(t("sessions.ended")),
    onError: (error: unknown) => toastProblem(errorText(error)),
    onSettled: () => client.invalidateQueries({ queryKey: meSessionsListOptions().queryKey }),
  };
  const end = useMutation({ ...meSessionsDestroyMutation(), ...options });
  const endOthers = useMutation({ ...meSessionsEndOthersCreateMutation(), ...options });
  const sessions = [...(list.data ?? [])].sort((a, b) => Number(b.this) - Number(a.this));
  return (
    <Section title={t("sessions.title")} text={t("sessions.text")}>
      {list.error && <LoadingFailed error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      <Stack component="ul" gap="md" p={0} m={0} style={{ listStyle: "none" }}>
        {sessions.map((session) => (
          <One
            key={session.id}
            session={session}
            busy={end.isPending && end.variables.path.id === session.id}
            onEnd={() => end.mutate({ path: { id: session.id } })}
          />
        ))}
      </Stack>
      {sessions.length > 1 && (
        <Group>
          <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate({})}>
            {t("sessions.endOthers")}
          </Button>
        </Group>
      )}
    </Section>
  );
}

function One({ session, busy, onEnd }: { session: Session; busy: boolean; onEnd: () => void }) {
  const { t } = useTranslation("settings");
  const { dateTime } = useFormat();
  const { browser, system, mobile } = looksOf(session.agent ?? "");
  const name =
    browser && system ? t("sessions.on", { browser, system }) : browser || system || t("sessions.unknown");
  const Picture = mobile ? IconDeviceMobile : IconDeviceLaptop;
  return (
    <Group component="li" justify="space-between" wrap="nowrap" align="flex-start">
      <Group wrap="nowrap" align="flex-start" miw={0}>
        <ThemeIcon variant="light" size={36}>
          <Picture size={20} aria-hidden />
        </ThemeIcon>
        <div>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            {session.this && <Badge color="green">{t("sessions.this")}</Badge>}
          </Group>
          <Text size="sm" c="dimmed">
            {[session.address, t("sessions.seen", { at: dateTime(session.last_seen_at) })].filter(Boolean).join(" · ")}
          </Text>
          <Text size="sm" c="dimmed">
            {t("sessions.since", { at: dateTime(session.created_at) })}
          </Text>
        </div>
      </Group>
      {!session.this && (
        <Button
          size="xs"
          variant="default"
          flex="0 0 auto"
          loading={busy}
          aria-label={t("sessions.endOf", { name })}
          onClick={onEnd}
        >
          {t("sessions.end")}
        </Button>
      )}
    </Group>
  );
}
