import { ActionIcon, Badge, Box, Button, Collapse, Group, Loader, Modal, Text, UnstyledButton } from "@mantine/core";
import { IconDownload, IconMicrophone, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { recordingsDestroyMutation, recordingsPeaksRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Recording } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { duration, useFormat } from "@/components/format";
import { Player } from "@/components/Player";
import { LoadingFailed } from "@/components/states";
import { toastDone, toastProblem } from "@/components/toasts";
import { partyName } from "@/recordings/names";

/** One recording; opens to its player. */
export function RecordingRow({ recording, open: first }: { recording: Recording; open: boolean }) {
  const { t } = useTranslation("recordings");
  const format = useFormat();
  const [open, setOpen] = useState(first);
  const who = useWho(recording);
  const ready = recording.state === "done" || recording.state === "stored";
  return (
    <Box style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
      <Group wrap="nowrap" gap="xs" px="sm" py="xs">
        <UnstyledButton
          data-main
          flex={1}
          miw={0}
          py={6}
          aria-expanded={open}
          disabled={!ready}
          onClick={() => setOpen(!open)}
        >
          <Group wrap="nowrap" gap="sm">
            <IconMicrophone size={20} aria-hidden />
            <Box miw={0}>
              <Text truncate fw={500}>
                {who}
              </Text>
              <Text size="sm" c="dimmed" truncate>
                {format.dateTime(recording.started_at)} · {duration(recording.seconds)}
              </Text>
            </Box>
            {recording.state === "lost" && <Badge color="red">{t("lost")}</Badge>}
            {recording.state === "waiting" && <Badge color="gray">{t("waiting")}</Badge>}
          </Group>
        </UnstyledButton>
        {ready && (
          <ActionIcon
            component="a"
            href={`/api/v1/recordings/${recording.id}/audio/?download=true`}
            variant="subtle"
            color="gray"
            size={40}
            aria-label={`${t("download")}: ${who}`}
            title={t("download")}
          >
            <IconDownload size={20} aria-hidden />
          </ActionIcon>
        )}
        {recording.may_delete && <DeleteRecording id={recording.id} who={who} />}
      </Group>
      <Collapse expanded={open}>
        {open && (
          <Box px="md" pb="md">
            <RecordingPlayer recording={recording} who={who} />
          </Box>
        )}
      </Collapse>
    </Box>
  );
}

function useWho({ caller, called }: Recording): string {
  const { t } = useTranslation("recordings");
  return t("and", { one: partyName(caller) || t("nobody"), other: partyName(called) || t("nobody") });
}

function RecordingPlayer({ recording, who }: { recording: Recording; who: string }) {
  const { t } = useTranslation("recordings");
  const path = { id: recording.id };
  const { data: peaks, error, refetch } = useQuery({ ...recordingsPeaksRetrieveOptions({ path }), staleTime: Infinity });
  if (error) return <LoadingFailed error={error} retry={() => void refetch()} />;
  if (!peaks) return <Loader type="dots" aria-hidden />;
  return <Player url={`/api/v1/recordings/${recording.id}/audio/`} peaks={peaks} label={t("of", { who })} />;
}

function DeleteRecording({ id, who }: { id: string; who: string }) {
  const { t } = useTranslation(["recordings", "around", "shell"]);
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const errorText = useErrorText();
  const remove = useMutation({
    ...recordingsDestroyMutation(),
    onSuccess: () => {
      setAsking(false);
      toastDone(t("deleted"));
      return client.invalidateQueries({ queryKey: ["recordings"] });
    },
    onError: (error) => toastProblem(errorText(error)),
  });
  return (
    <>
      <ActionIcon variant="subtle" color="red" size={40} aria-label={t("delete", { who })} onClick={() => setAsking(true)}>
        <IconTrash size={20} aria-hidden />
      </ActionIcon>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("deleteTitle")}
        closeButtonProps={{ "aria-label": t("shell:close") }}
      >
        <Text mb="md">{t("deleteText")}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsking(false)}>
            {t("around:cancel")}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate({ path: { id } })}>
            {t("around:delete")}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
