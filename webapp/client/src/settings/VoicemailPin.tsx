import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { IconRecordMail } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { mailboxesPinUpdateMutation, meProfileRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import { EmptyState, Loading, LoadingFailed } from "@/components/states";
import { toastDone } from "@/components/toasts";
import { Section } from "@/settings/Section";
import { Problem } from "@/signin/Entrance";

/** The PINs with which one listens to messages from a phone. */
export function VoicemailPin() {
  const { t } = useTranslation("settings");
  const { data: profile, error, refetch } = useQuery(meProfileRetrieveOptions());
  if (error) return <LoadingFailed error={error} retry={() => void refetch()} />;
  if (!profile) return <Loading />;
  const boxes = profile.extensions.flatMap(({ mailbox, number }) => (mailbox === null ? [] : [{ mailbox, number }]));
  if (boxes.length === 0) {
    return <EmptyState icon={IconRecordMail} title={t("voicemail.none")} text={t("voicemail.noneText")} />;
  }
  return boxes.map(({ mailbox, number }) => <Pin key={mailbox} mailbox={mailbox} number={number} />);
}

function Pin({ mailbox, number }: { mailbox: string; number: string }) {
  const { t } = useTranslation("settings");
  const words = useTranslation("signin").t;
  const [pin, setPin] = useState("");
  const [tried, setTried] = useState(false);
  const save = useMutation({
    ...mailboxesPinUpdateMutation(),
    onSuccess: () => {
      setPin("");
      setTried(false);
      toastDone(t("voicemail.saved"));
    },
  });
  const good = /^\d{4,10}$/.test(pin);
  const wrong = save.error instanceof ApiError ? save.error.fields.pin?.[0] : undefined;
  return (
    <Section title={t("voicemail.pinOf", { number })} text={t("voicemail.text")}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (good) save.mutate({ path: { id: mailbox }, body: { pin } });
        }}
      >
        <Stack maw={420}>
          {wrong === undefined && <Problem error={save.error} />}
          <PasswordInput
            label={t("voicemail.new")}
            description={t("voicemail.rule")}
            inputMode="numeric"
            autoComplete="off"
            value={pin}
            onChange={(event) => {
              setPin(event.currentTarget.value.replace(/\D/g, "").slice(0, 10));
              save.reset();
            }}
            error={wrong ?? (tried && !good ? t("voicemail.rule") : undefined)}
            visibilityToggleButtonProps={{ "aria-label": words("showPassword"), "aria-hidden": false, tabIndex: 0 }}
          />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t("voicemail.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
