import { Alert, Anchor, Box, Button, Drawer, Group, Modal, Stack, Text } from "@mantine/core";
import { IconBan, IconCrown, IconPencil, IconStar, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  contactsDestroyMutation,
  contactsMarksUpdateMutation,
  contactsRetrieveOptions,
  contactsRetrieveQueryKey,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Entry } from "@/api/generated/types.gen";
import { CallButton } from "@/components/CallButton";
import { useErrorText } from "@/components/errors";
import { useFormat } from "@/components/format";
import { PersonAvatar } from "@/components/PersonAvatar";
import { Loading, LoadingFailed } from "@/components/states";
import { toastDone, toastProblem } from "@/components/toasts";
import { useContactsChanged } from "@/contacts/changed";
import { usePresenceWords } from "@/contacts/usePresenceWords";
import { useEntity } from "@/live/store";
import { PresenceDot } from "@/phone/PresenceDot";

interface Props {
  /** Of the contact that is shown; undefined: none. */
  id: string | undefined;
  close: () => void;
  edit: (entry: Entry) => void;
}

/** The card of one contact, at the side of the list. */
export function ContactCard({ id, close, edit }: Props) {
  const { t } = useTranslation(["contacts", "shell"]);
  return (
    <Drawer
      position="right"
      opened={id !== undefined}
      onClose={close}
      title={t("contact")}
      closeButtonProps={{ "aria-label": t("shell:close") }}
    >
      {id !== undefined && <Card key={id} id={id} close={close} edit={edit} />}
    </Drawer>
  );
}

function Card({ id, close, edit }: Props & { id: string }) {
  const { t } = useTranslation("contacts");
  const { data: entry, error, refetch } = useQuery(contactsRetrieveOptions({ path: { id } }));
  if (error) return <LoadingFailed error={error} retry={() => void refetch()} />;
  if (!entry) return <Loading />;
  const about = [entry.job_role, entry.department, entry.company].filter(Boolean).join(" · ");
  return (
    <Stack gap="lg" role="group" aria-label={t("card", { name: entry.name })}>
      <Group wrap="nowrap">
        <PersonAvatar name={entry.name} photo={entry.photo} size={72} />
        <Box miw={0}>
          <Text size="xl" fw={650}>
            {entry.name}
          </Text>
          <Text c="dimmed">{about}</Text>
          <Presence id={entry.id} />
        </Box>
      </Group>
      {entry.blocked && <Alert color="red">{t("blockedText")}</Alert>}
      <Stack gap="xs">
        {entry.numbers.map(({ number, type, display }) => (
          <Group key={number} justify="space-between" wrap="nowrap">
            <Box>
              <Text>{display}</Text>
              <Text size="sm" c="dimmed">
                {t(`numbers.types.${type}`)}
              </Text>
            </Box>
            <CallButton number={number} name={`${entry.name}, ${display}`} />
          </Group>
        ))}
      </Stack>
      {entry.email !== "" && <Anchor href={`mailto:${entry.email}`}>{entry.email}</Anchor>}
      {entry.address !== "" && <Text style={{ whiteSpace: "pre-wrap" }}>{entry.address}</Text>}
      {entry.note !== "" && <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{entry.note}</Text>}
      <MarkButtons entry={entry} />
      {entry.may_edit && (
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconPencil size={18} aria-hidden />}
            onClick={() => edit(entry)}
          >
            {t("editButton")}
          </Button>
          <Remove entry={entry} close={close} />
        </Group>
      )}
    </Stack>
  );
}

function Presence({ id }: { id: string }) {
  const { t } = useTranslation("contacts");
  const words = usePresenceWords();
  const format = useFormat();
  const colleague = useEntity("colleague", id);
  if (!colleague) return null;
  const { state, status } = colleague;
  return (
    <Box>
      <Group gap={6}>
        <PresenceDot state={state} />
        <Text size="sm">
          {words(colleague)}
          {status?.until != null && ` ${t("until", { time: format.until(status.until) })}`}
        </Text>
      </Group>
      {status && status.note !== "" && (
        <Text size="sm" c="dimmed">
          {status.note}
        </Text>
      )}
    </Box>
  );
}

const MARKS = [
  ["favourite", IconStar, "yellow"],
  ["vip", IconCrown, "harbour"],
  ["blocked", IconBan, "red"],
] as const;

function MarkButtons({ entry }: { entry: Entry }) {
  const { t } = useTranslation("contacts");
  const client = useQueryClient();
  const changed = useContactsChanged();
  const errorText = useErrorText();
  const path = { id: entry.id };
  const mark = useMutation({
    ...contactsMarksUpdateMutation(),
    onSuccess: (saved) => {
      client.setQueryData(contactsRetrieveQueryKey({ path }), saved);
      return changed();
    },
    onError: (error) => toastProblem(errorText(error)),
  });
  return (
    <Group gap="xs">
      {MARKS.map(([name, Picture, color]) => (
        <Button
          key={name}
          size="xs"
          variant={entry[name] ? "light" : "default"}
          color={color}
          aria-pressed={entry[name]}
          leftSection={<Picture size={16} aria-hidden />}
          onClick={() => mark.mutate({ path, body: { [name]: !entry[name] } })}
        >
          {t(`marks.${name}`)}
        </Button>
      ))}
    </Group>
  );
}

function Remove({ entry, close }: { entry: Entry; close: () => void }) {
  const { t } = useTranslation(["contacts", "around", "shell"]);
  const [asking, setAsking] = useState(false);
  const changed = useContactsChanged();
  const errorText = useErrorText();
  const remove = useMutation({
    ...contactsDestroyMutation(),
    onSuccess: () => {
      close();
      toastDone(t("deleted"));
      return changed();
    },
    onError: (error) => toastProblem(errorText(error)),
  });
  return (
    <>
      <Button
        variant="default"
        c="var(--mantine-color-error)"
        leftSection={<IconTrash size={18} aria-hidden />}
        onClick={() => setAsking(true)}
      >
        {t("around:delete")}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("deleteTitle", { name: entry.name })}
        closeButtonProps={{ "aria-label": t("shell:close") }}
      >
        {entry.kind === "external" && <Text mb="md">{t("deleteText")}</Text>}
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsking(false)}>
            {t("around:cancel")}
          </Button>
          <Button
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate({ path: { id: entry.id } })}
          >
            {t("around:delete")}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
