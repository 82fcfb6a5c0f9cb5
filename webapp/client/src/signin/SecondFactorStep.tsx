import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { authSecondFactorCreateMutation, authSignOutCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import type { CodeRequest, SecondStep } from "@/api/generated/types.gen";
import { toastProblem } from "@/components/toasts";
import { useErrorText } from "@/components/errors";
import { CodeForm } from "@/signin/CodeForm";
import { EnrolStep } from "@/signin/EnrolStep";
import { Entrance } from "@/signin/Entrance";
import { SendCode } from "@/signin/SendCode";
import { stateOptions, useTakeState } from "@/signin/state";

type Method = CodeRequest["method"];

/** Proof beside the password: a code of an authenticator, of the list, or by mail; or setting up the first. */
export function SecondFactorStep({ step }: { step: SecondStep | null }) {
  const methods = step?.methods ?? [];
  if (methods.includes("enrol")) return <EnrolStep />;
  return <Prove methods={methods.filter((each) => each !== "enrol")} mailHint={step?.mail_hint ?? ""} />;
}

function Prove({ methods, mailHint }: { methods: Method[]; mailHint: string }) {
  const { t } = useTranslation("signin");
  const [method, setMethod] = useState<Method>(methods[0] ?? "totp");
  const [sent, setSent] = useState(0);
  const take = useTakeState();
  const startAgain = useStartAgain();
  const prove = useMutation({
    ...authSecondFactorCreateMutation(),
    onSuccess: take,
    onError: (error) => error instanceof ApiError && error.status === 409 && startAgain(error),
  });
  const others = methods.filter((each) => each !== method);
  const choose = (other: Method) => {
    prove.reset();
    setMethod(other);
  };
  return (
    <Entrance title={t("second.title")} text={t(`second.text.${method}`, { address: mailHint })}>
      {method === "mail" && <SendCode onSent={() => setSent(sent + 1)} />}
      <CodeForm
        // The field begins anew, with the focus, for each code that is sent.
        key={`${method}${sent}`}
        label={t(`second.label.${method}`)}
        submit={t("second.submit")}
        digits={method !== "recovery"}
        error={prove.error}
        busy={prove.isPending}
        onCode={(code) => prove.mutate({ body: { method, code } })}
      />
      {others.length > 0 && (
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {t("second.otherwise")}
          </Text>
          <Group gap="xs">
            {others.map((other) => (
              <Button key={other} variant="default" size="xs" onClick={() => choose(other)}>
                {t(`second.use.${other}`)}
              </Button>
            ))}
          </Group>
        </Stack>
      )}
      <StartAgain />
    </Entrance>
  );
}

/** A function that goes back to the password, after a step that took too long. */
export function useStartAgain(): (error: unknown) => void {
  const client = useQueryClient();
  const errorText = useErrorText();
  return (error) => {
    toastProblem(errorText(error));
    void client.invalidateQueries({ queryKey: stateOptions.queryKey });
  };
}

/** Forgets who began to sign in. */
export function StartAgain() {
  const { t } = useTranslation("signin");
  const client = useQueryClient();
  const out = useMutation({
    ...authSignOutCreateMutation(),
    onSettled: () => client.invalidateQueries({ queryKey: stateOptions.queryKey }),
  });
  return (
    <Button variant="subtle" size="sm" loading={out.isPending} onClick={() => out.mutate({})}>
      {t("startAgain")}
    </Button>
  );
}
