import { Button, Divider, Drawer, Group, PasswordInput, Stack, Switch, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  mailboxesListQueryKey,
  mailboxesPartialUpdateMutation,
  mailboxesPinUpdateMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Mailbox } from "@/api/generated/types.gen";
import { useErrorText } from "@/components/errors";
import { toastDone, toastProblem } from "@/components/toasts";
import { Greetings } from "@/voicemail/Greetings";

interface Props {
  mailbox: Mailbox;
  opened: boolean;
  close: () => void;
}

/** On or off, e-mail, greetings and PIN of one mailbox. */
export function MailboxSettings({ mailbox, opened, close }: Props) {
  const { t } = useTranslation(["voicemail", "shell"]);
  const client = useQueryClient();
  const errorText = useErrorText();
  const [recording, setRecording] = useState(false);
  const save = useMutation({
    ...mailboxesPartialUpdateMutation(),
    onSuccess: () => {
      toastDone(t("settings.saved"));
      return client.invalidateQueries({ queryKey: [{ _id: mailboxesListQueryKey()[0]._id }] });
    },
    onError: (error) => toastProblem(errorText(error)),
  });
  const path = { id: mailbox.id };
  return (
    <Drawer
      position="right"
      opened={opened}
      onClose={close}
      // Escape closes what lies on top only.
      closeOnEscape={!recording}
      title={t("settings.title", { name: mailbox.name || mailbox.number })}
      closeButtonProps={{ "aria-label": t("shell:close") }}
    >
      <Stack gap="lg">
        <Switch
          label={t("settings.enabled")}
          checked={mailbox.enabled ?? true}
          disabled={save.isPending}
          onChange={(event) => save.mutate({ path, body: { enabled: event.currentTarget.checked } })}
        />
        <Switch
          label={t("settings.mail")}
          checked={mailbox.mail ?? false}
          disabled={save.isPending}
          onChange={(event) => save.mutate({ path, body: { mail: event.currentTarget.checked } })}
        />
        <Divider />
        <Greetings mailbox={mailbox} onRecording={setRecording} />
        <Divider />
        <Pin mailbox={mailbox} />
      </Stack>
    </Drawer>
  );
}

const GOOD = /^\d{4,10}$/;

function Pin({ mailbox }: { mailbox: Mailbox }) {
  const { t } = useTranslation("voicemail");
  const words = useTranslation("signin").t;
  const errorText = useErrorText();
  const client = useQueryClient();
  const [pin, setPin] = useState("");
  const save = useMutation({
    ...mailboxesPinUpdateMutation(),
    onSuccess: () => {
      setPin("");
      toastDone(t("settings.pinSaved"));
      return client.invalidateQueries({ queryKey: [{ _id: mailboxesListQueryKey()[0]._id }] });
    },
  });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (GOOD.test(pin)) save.mutate({ path: { id: mailbox.id }, body: { pin } });
      }}
    >
      <Stack gap="xs">
        {mailbox.has_pin && <Text size="sm">{t("settings.pinHas")}</Text>}
        <PasswordInput
          label={t("settings.pin")}
          description={t("settings.pinText")}
          inputMode="numeric"
          autoComplete="off"
          value={pin}
          error={save.error ? errorText(save.error) : undefined}
          onChange={(event) => {
            setPin(event.currentTarget.value.replace(/\D/g, "").slice(0, 10));
            save.reset();
          }}
          visibilityToggleButtonProps={{ "aria-label": words("showPassword"), "aria-hidden": false, tabIndex: 0 }}
        />
        <Group>
          <Button type="submit" disabled={!GOOD.test(pin)} loading={save.isPending}>
            {t("settings.pinSave")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
