import { Button, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import {
  meSecondFactorMailCreate,
  meSecondFactorRecoveryCodesCreate,
  meSecondFactorTotpCreate,
  meSecondFactorTotpRemoveCreate,
} from "@/api/generated/sdk.gen";
import {
  meSecondFactorRetrieveQueryKey,
  meSecondFactorTotpConfirmCreateMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Enrolment } from "@/api/generated/types.gen";
import { meOptions, useMe } from "@/api/me";
import { toastDone } from "@/components/toasts";
import { AuthenticatorKey, RecoveryCodes } from "@/signin/Authenticator";
import { CodeForm } from "@/signin/CodeForm";
import { Problem } from "@/signin/Entrance";

export type FactorChange = "totp" | "remove" | "codes" | "mailOn" | "mailOff";
/** What is shown after the password: a key to scan, codes to keep, or nothing (done). */
type Result = Partial<{ enrolment: Enrolment; codes: readonly string[] }>;

const WORK: Record<FactorChange, (password: string) => Promise<Result>> = {
  totp: async (password) => {
    const { data } = await meSecondFactorTotpCreate({ body: { password }, throwOnError: true });
    return { enrolment: data };
  },
  codes: async (password) => {
    const { data } = await meSecondFactorRecoveryCodesCreate({ body: { password }, throwOnError: true });
    return { codes: data.recovery_codes };
  },
  remove: async (password) => {
    await meSecondFactorTotpRemoveCreate({ body: { password }, throwOnError: true });
    return {};
  },
  mailOn: async (password) => {
    await meSecondFactorMailCreate({ body: { on: true, password }, throwOnError: true });
    return {};
  },
  mailOff: async (password) => {
    await meSecondFactorMailCreate({ body: { on: false, password }, throwOnError: true });
    return {};
  },
};

/** A change of the second step: the password once more, then what belongs to the change. */
export function FactorDialog({ change, onClose }: { change: FactorChange | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const close = useTranslation().t("close");
  return (
    <Modal
      opened={change !== null}
      onClose={onClose}
      title={change && t(`factor.do.${change}`)}
      closeButtonProps={{ "aria-label": close }}
    >
      {change && <Steps change={change} onClose={onClose} />}
    </Modal>
  );
}

function Steps({ change, onClose }: { change: FactorChange; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const words = useTranslation("signin").t;
  const client = useQueryClient();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const changed = () => {
    void client.invalidateQueries({ queryKey: meSecondFactorRetrieveQueryKey() });
    void client.invalidateQueries({ queryKey: meOptions.queryKey });
  };
  const work = useMutation({
    mutationFn: WORK[change],
    onSuccess: (result) => {
      if (result.enrolment) return;
      changed();
      if (result.codes) setCodes(result.codes);
      else {
        toastDone(t("saved"));
        onClose();
      }
    },
  });
  const confirm = useMutation({
    ...meSecondFactorTotpConfirmCreateMutation(),
    onSuccess: ({ recovery_codes }) => {
      changed();
      setCodes(recovery_codes);
    },
  });
  if (codes) {
    return (
      <Stack>
        <Text role="status">{words("recovery.text")}</Text>
        <RecoveryCodes codes={codes} />
        <Button onClick={onClose} data-autofocus>
          {words("recovery.kept")}
        </Button>
      </Stack>
    );
  }
  if (work.data?.enrolment) {
    return (
      <Stack>
        <Text>{words("enrol.text")}</Text>
        <AuthenticatorKey enrolment={work.data.enrolment} />
        <CodeForm
          label={words("enrol.code")}
          submit={words("enrol.submit")}
          error={confirm.error}
          busy={confirm.isPending}
          onCode={(code) => confirm.mutate({ body: { code } })}
        />
      </Stack>
    );
  }
  return <AskPassword change={change} error={work.error} busy={work.isPending} onPassword={work.mutate} />;
}

interface AskProps {
  change: FactorChange;
  error: Error | null;
  busy: boolean;
  onPassword: (password: string) => void;
}

/** The own password once more; who has none only confirms. */
function AskPassword({ change, error, busy, onPassword }: AskProps) {
  const { t } = useTranslation("settings");
  const words = useTranslation("signin").t;
  const { has_password: own } = useMe();
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState(false);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setMissing(own && password === "");
    if (!own || password !== "") onPassword(password);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text>{t(`factor.about.${change}`)}</Text>
        <Problem error={error} />
        {own && (
          <PasswordInput
            label={t("factor.password")}
            autoComplete="current-password"
            data-autofocus
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={missing ? words("needPassword") : undefined}
            visibilityToggleButtonProps={{ "aria-label": words("showPassword"), "aria-hidden": false, tabIndex: 0 }}
          />
        )}
        <Button type="submit" loading={busy} color={change === "remove" || change === "mailOff" ? "red" : "harbour"}>
          {t(`factor.do.${change}`)}
        </Button>
      </Stack>
    </form>
  );
}
