import { ActionIcon, Box, Group, Stack, Text, Title } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import {
  greetingsDestroyMutation,
  mailboxesGreetingsListOptions,
  mailboxesPhoneGreetingDestroyMutation,
  statusesListOptions,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Mailbox } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { duration } from "@/components/format";
import { LoadingFailed } from "@/components/states";
import { toastDone, toastProblem } from "@/components/toasts";
import { GENERAL, NewGreeting } from "@/voicemail/NewGreeting";
import { useReload } from "@/voicemail/useReload";

interface Props {
  mailbox: Mailbox;
  /** Told when the dialog to record opens and closes. */
  onRecording: (open: boolean) => void;
}

/** What callers hear: one greeting for each status, and a general one. */
export function Greetings({ mailbox, onRecording }: Props) {
  const { t } = useTranslation("voicemail");
  const path = { id: mailbox.id };
  const found = useQuery(mailboxesGreetingsListOptions({ path }));
  const { data: statuses } = useQuery(statusesListOptions({ query: { page_size: 100 } }));
  const name = (status: string | null | undefined) =>
    statuses?.results.find(({ id }) => id === status)?.name ?? t("settings.general");
  const removed = useRemoved(mailbox);
  const remove = useMutation({ ...greetingsDestroyMutation(), ...removed });
  const removePhone = useMutation({ ...mailboxesPhoneGreetingDestroyMutation(), ...removed });
  return (
    <Stack gap="xs">
      <Title order={3} size="h5">
        {t("settings.greetings")}
      </Title>
      <Text size="sm" c="dimmed">
        {t("settings.greetingsText")}
      </Text>
      {found.error && <LoadingFailed error={found.error} retry={() => void found.refetch()} />}
      {mailbox.recorded_by_phone && (
        <Greeting
          name={t("settings.byPhone")}
          url={`/api/v1/mailboxes/${mailbox.id}/phone-greeting/`}
          remove={() => removePhone.mutate({ path })}
        />
      )}
      {found.data?.map(({ id, status, seconds }) => (
        <Greeting
          key={id}
          name={name(status)}
          seconds={seconds}
          url={`/api/v1/greetings/${id}/audio/`}
          remove={() => remove.mutate({ path: { id } })}
        />
      ))}
      <NewGreeting
        mailbox={mailbox}
        onRecording={onRecording}
        choices={[
          { value: GENERAL, label: t("settings.general") },
          ...(statuses?.results.map(({ id, name: label }) => ({ value: id, label })) ?? []),
        ]}
      />
    </Stack>
  );
}

/** What follows when a greeting went. */
function useRemoved(mailbox: Mailbox) {
  const { t } = useTranslation("voicemail");
  const errorText = useErrorText();
  const reload = useReload(mailbox);
  return {
    onSuccess: () => {
      toastDone(t("settings.removed"));
      return reload();
    },
    onError: (error: unknown) => toastProblem(errorText(error)),
  };
}

interface GreetingProps {
  name: string;
  seconds?: number;
  url: string;
  remove: () => void;
}

function Greeting({ name, seconds, url, remove }: GreetingProps) {
  const { t } = useTranslation("voicemail");
  return (
    <Box>
      <Group justify="space-between" wrap="nowrap">
        <Text fw={500} truncate>
          {name} {seconds !== undefined && `(${duration(seconds)})`}
        </Text>
        <ActionIcon variant="subtle" color="red" size="lg" aria-label={t("settings.remove", { name })} onClick={remove}>
          <IconTrash size={18} aria-hidden />
        </ActionIcon>
      </Group>
      <Box component="audio" controls preload="none" src={url} w="100%" aria-label={name} />
    </Box>
  );
}
