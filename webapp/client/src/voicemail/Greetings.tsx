import { ActionIcon, Box, Button, FileButton, Group, Select, Stack, Text, Title } from "@mantine/core";
import { IconTrash, IconUpload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  greetingsDestroyMutation,
  mailboxesGreetingsCreateMutation,
  mailboxesGreetingsListOptions,
  mailboxesListQueryKey,
  mailboxesPhoneGreetingDestroyMutation,
  statusesListOptions,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Mailbox } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { duration } from "@/components/format";
import { LoadingFailed } from "@/components/states";
import { toastDone, toastProblem } from "@/components/toasts";

const GENERAL = "general";

/** What callers hear: one greeting for each status, and a general one. */
export function Greetings({ mailbox }: { mailbox: Mailbox }) {
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
      <Upload
        mailbox={mailbox}
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

function useReload({ id }: Mailbox): () => Promise<unknown> {
  const client = useQueryClient();
  const { queryKey } = mailboxesGreetingsListOptions({ path: { id } });
  const boxes = [{ _id: mailboxesListQueryKey()[0]._id }];
  return () => Promise.all([client.invalidateQueries({ queryKey }), client.invalidateQueries({ queryKey: boxes })]);
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

interface UploadProps {
  mailbox: Mailbox;
  choices: { value: string; label: string }[];
}

function Upload({ mailbox, choices }: UploadProps) {
  const { t } = useTranslation("voicemail");
  const errorText = useErrorText();
  const reload = useReload(mailbox);
  const [status, setStatus] = useState(GENERAL);
  const upload = useMutation({
    ...mailboxesGreetingsCreateMutation(),
    onSuccess: () => {
      toastDone(t("settings.uploaded"));
      return reload();
    },
    onError: (error) => toastProblem(errorText(error)),
  });
  const send = (file: File | null) => {
    if (!file) return;
    upload.mutate({ path: { id: mailbox.id }, body: { file, ...(status !== GENERAL && { status }) } });
  };
  return (
    <Group align="flex-end" gap="xs">
      <Select
        label={t("settings.for")}
        data={choices}
        value={status}
        allowDeselect={false}
        onChange={(value) => setStatus(value ?? GENERAL)}
        flex={1}
        miw={120}
      />
      <FileButton accept="audio/*" onChange={send}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            loading={upload.isPending}
            leftSection={<IconUpload size={18} aria-hidden />}
          >
            {t("settings.choose")}
          </Button>
        )}
      </FileButton>
    </Group>
  );
}
