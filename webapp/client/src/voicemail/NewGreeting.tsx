import { Button, FileButton, Group, Select, Stack, Text } from "@mantine/core";
import { IconMicrophone, IconUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { lazy, Suspense, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { mailboxesGreetingsCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import type { Mailbox } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { toastDone, toastProblem } from "@/components/toasts";
import { useTalking } from "@/phone/useTalking";
import { useReload } from "@/voicemail/useReload";

const RecordDialog = lazy(async () => ({ default: (await import("@/voicemail/RecordDialog")).RecordDialog }));

export const GENERAL = "general";

interface Props {
  mailbox: Mailbox;
  choices: { value: string; label: string }[];
  onRecording: (open: boolean) => void;
}

/** A greeting for a status, or the general one: spoken here, or from a file. */
export function NewGreeting({ mailbox, choices, onRecording }: Props) {
  const { t } = useTranslation("voicemail");
  const [status, setStatus] = useState(GENERAL);
  const [open, setOpen] = useState(false);
  const record = useRef<HTMLButtonElement>(null);
  const show = (opened: boolean) => {
    setOpen(opened);
    onRecording(opened);
    if (!opened) record.current?.focus();
  };
  const { send, sending } = useSend(mailbox, status, () => show(false));
  return (
    <Stack gap="xs">
      <Select
        label={t("settings.for")}
        data={choices}
        value={status}
        allowDeselect={false}
        onChange={(value) => setStatus(value ?? GENERAL)}
      />
      <Ways record={() => show(true)} button={record} upload={send} uploading={sending && !open} />
      <Suspense fallback={null}>
        {open && (
          <RecordDialog
            name={choices.find(({ value }) => value === status)?.label ?? ""}
            limit={mailbox.greeting_max_seconds}
            sending={sending}
            onUse={send}
            onClose={() => show(false)}
          />
        )}
      </Suspense>
    </Stack>
  );
}

interface WaysProps {
  record: () => void;
  button: React.Ref<HTMLButtonElement>;
  upload: (file: File) => void;
  uploading: boolean;
}

function Ways({ record, button, upload, uploading }: WaysProps) {
  const { t } = useTranslation("voicemail");
  const talking = useTalking();
  const reason = useId();
  return (
    <>
      <Group gap="xs" grow>
        <Button
          ref={button}
          variant="default"
          disabled={talking}
          aria-describedby={talking ? reason : undefined}
          leftSection={<IconMicrophone size={18} aria-hidden />}
          onClick={record}
        >
          {t("settings.record")}
        </Button>
        <FileButton accept="audio/*" onChange={(file) => file && upload(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              loading={uploading}
              leftSection={<IconUpload size={18} aria-hidden />}
            >
              {t("settings.choose")}
            </Button>
          )}
        </FileButton>
      </Group>
      {talking && (
        <Text size="sm" c="dimmed" id={reason}>
          {t("record.talking")}
        </Text>
      )}
    </>
  );
}

/** Makes a sound the greeting for `status`; `done` when it is. */
function useSend(mailbox: Mailbox, status: string, done: () => void) {
  const { t } = useTranslation("voicemail");
  const errorText = useErrorText();
  const reload = useReload(mailbox);
  const { mutate, isPending } = useMutation({
    ...mailboxesGreetingsCreateMutation(),
    onSuccess: () => {
      done();
      toastDone(t("settings.uploaded"));
      return reload();
    },
    onError: (error) => toastProblem(errorText(error)),
  });
  const send = (file: File) =>
    mutate({ path: { id: mailbox.id }, body: { file, ...(status !== GENERAL && { status }) } });
  return { send, sending: isPending };
}
