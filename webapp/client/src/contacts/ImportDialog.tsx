import { Alert, Anchor, Button, FileButton, Group, List, Modal, Stack, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { send } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { Imported } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { toastDone } from "@/components/toasts";
import { useContactsChanged } from "@/contacts/changed";

const ERRORS_SHOWN = 20;

/** Sends the file; with `dryRun` nothing is written. Lines that are wrong come back as `errors`. */
export async function sendFile(file: File, dryRun: boolean): Promise<Imported> {
  const body = new FormData();
  body.set("file", file);
  if (dryRun) body.set("dry_run", "true");
  try {
    const answer = await send(new URL("/api/v1/contacts/import/", window.location.origin), { method: "POST", body });
    return (await answer.json()) as Imported;
  } catch (error) {
    // A file with wrong lines is refused in the same shape as one that is taken.
    if (error instanceof ApiError && error.status === 400 && isImported(error.body)) return error.body;
    throw error;
  }
}

function isImported(body: unknown): body is Imported {
  return typeof body === "object" && body !== null && "errors" in body && Array.isArray(body.errors);
}

/** Contacts from a CSV file: first what would change, then the button that does it. */
export function ImportDialog({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation(["contacts", "shell"]);
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t("import.title")}
      closeButtonProps={{ "aria-label": t("shell:close") }}
    >
      <Steps close={close} />
    </Modal>
  );
}

function Steps({ close }: { close: () => void }) {
  const { t } = useTranslation("contacts");
  const errorText = useErrorText();
  const changed = useContactsChanged();
  const [file, setFile] = useState<File | null>(null);
  const check = useMutation({ mutationFn: (chosen: File) => sendFile(chosen, true) });
  const write = useMutation({
    mutationFn: (chosen: File) => sendFile(chosen, false),
    onSuccess: () => {
      toastDone(t("import.done"));
      void changed();
      close();
    },
  });
  const problem = check.error ?? write.error;
  const found = check.data;
  return (
    <Stack>
      <Text>{t("import.text")}</Text>
      <Anchor href="/api/v1/contacts/export/">{t("import.export")}</Anchor>
      <FileButton
        accept=".csv,text/csv"
        onChange={(chosen) => {
          setFile(chosen);
          if (chosen) check.mutate(chosen);
        }}
      >
        {(props) => (
          <Button
            {...props}
            variant="default"
            loading={check.isPending}
            leftSection={<IconUpload size={18} aria-hidden />}
          >
            {file?.name ?? t("import.choose")}
          </Button>
        )}
      </FileButton>
      {problem && (
        <Alert color="red" role="alert">
          {errorText(problem)}
        </Alert>
      )}
      {found && found.errors.length > 0 && (
        <Alert color="red" role="alert" title={t("import.errors", { count: found.errors.length })}>
          <List size="sm">
            {found.errors.slice(0, ERRORS_SHOWN).map(({ line, column, problem: what }) => (
              <List.Item key={`${line}-${column ?? ""}`}>
                {t("import.line", { line })}: {what}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {found && found.errors.length === 0 && (
        <>
          <Text role="status">{t("import.result", found)}</Text>
          <Group justify="flex-end">
            <Button loading={write.isPending} onClick={() => file && write.mutate(file)}>
              {t("import.write")}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
