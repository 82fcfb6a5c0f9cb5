import { Button, Stack, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { callsNotesCreate } from "@/api/generated";

import { useCommand } from "./useCommand";

/** Write something down about a call, also while it goes on. `call` is its id. */
export function CallNote({ call, onSaved }: { call: string; onSaved: () => void }) {
  const { t } = useTranslation("phone");
  const { busy, run } = useCommand();
  const [text, setText] = useState("");
  const save = () =>
    run(async () => {
      await callsNotesCreate({ path: { call_id: call }, body: { text: text.trim() }, throwOnError: true });
      notifications.show({ message: t("note.saved") });
      onSaved();
    });
  return (
    <Stack gap="xs">
      <Textarea
        autoFocus
        autosize
        minRows={2}
        maxLength={2000}
        label={t("note.title")}
        description={t("note.label")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button variant="light" disabled={busy || !text.trim()} onClick={save}>
        {t("note.save")}
      </Button>
    </Stack>
  );
}
