import { ActionIcon, Box, Button, Group, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  callsNotesCreateMutation,
  callsNotesDestroyMutation,
  callsNotesListOptions,
  callsNotesPartialUpdateMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Note } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { useFormat } from "@/components/format";
import { LoadingFailed } from "@/components/states";
import { toastProblem } from "@/components/toasts";

const LONGEST = 2000;

/** Notes on a call: read, add, change and delete one's own. `call`: id of the call record. */
export function Notes({ call }: { call: string }) {
  const { t } = useTranslation("history");
  const path = { call_id: call };
  const found = useQuery(callsNotesListOptions({ path }));
  const after = useAfter(call);
  const add = useMutation({ ...callsNotesCreateMutation(), ...after });
  return (
    <Box>
      <Title order={3} size="h5" mb="xs">
        {t("notes.title")}
      </Title>
      <Stack gap="xs">
        {found.error && <LoadingFailed error={found.error} retry={() => void found.refetch()} />}
        {found.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("notes.none")}
          </Text>
        )}
        {found.data?.map((note) => (
          <OneNote key={note.id} note={note} call={call} />
        ))}
        <Writing
          label={t("notes.new")}
          button={t("notes.add")}
          busy={add.isPending}
          write={(text, done) => add.mutate({ path, body: { text } }, { onSuccess: done })}
        />
      </Stack>
    </Box>
  );
}

function useAfter(call: string) {
  const client = useQueryClient();
  const errorText = useErrorText();
  const { queryKey } = callsNotesListOptions({ path: { call_id: call } });
  return {
    onSuccess: () =>
      Promise.all([client.invalidateQueries({ queryKey }), client.invalidateQueries({ queryKey: ["history"] })]),
    onError: (error: unknown) => toastProblem(errorText(error)),
  };
}

function OneNote({ note, call }: { note: Note; call: string }) {
  const { t } = useTranslation(["history", "around"]);
  const format = useFormat();
  const [editing, setEditing] = useState(false);
  const path = { call_id: call, id: note.id };
  const after = useAfter(call);
  const change = useMutation({ ...callsNotesPartialUpdateMutation(), ...after });
  const remove = useMutation({ ...callsNotesDestroyMutation(), ...after });
  if (editing) {
    return (
      <Writing
        label={t("notes.edit")}
        button={t("notes.save")}
        start={note.text}
        busy={change.isPending}
        write={(text) => change.mutate({ path, body: { text } }, { onSuccess: () => setEditing(false) })}
        cancel={() => setEditing(false)}
      />
    );
  }
  return (
    <Paper withBorder p="xs">
      <Text style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{note.text}</Text>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed">
          {note.author.name} · {format.dateTime(note.created_at)}
          {note.edited_at !== null && ` · ${t("notes.edited")}`}
        </Text>
        {note.mine && (
          <Group gap={0} wrap="nowrap">
            <ActionIcon variant="subtle" color="gray" aria-label={t("notes.edit")} onClick={() => setEditing(true)}>
              <IconPencil size={16} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="red"
              aria-label={t("around:delete")}
              onClick={() => remove.mutate({ path })}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        )}
      </Group>
    </Paper>
  );
}

interface WritingProps {
  label: string;
  button: string;
  start?: string;
  busy: boolean;
  write: (text: string, done: () => void) => void;
  cancel?: () => void;
}

function Writing({ label, button, start = "", busy, write, cancel }: WritingProps) {
  const { t } = useTranslation("around");
  const [text, setText] = useState(start);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") write(text.trim(), () => setText(""));
      }}
    >
      <Textarea
        label={label}
        autosize
        minRows={2}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group mt="xs" gap="xs">
        <Button type="submit" size="xs" disabled={text.trim() === ""} loading={busy}>
          {button}
        </Button>
        {cancel && (
          <Button size="xs" variant="default" onClick={cancel}>
            {t("cancel")}
          </Button>
        )}
      </Group>
    </form>
  );
}
