import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import {
  authSecondFactorEnrolConfirmCreateMutation,
  authSecondFactorEnrolCreateMutation,
} from "@/api/generated/@tanstack/react-query.gen";
import type { Enrolled } from "@/api/generated/types.gen";
import { Loading, LoadingFailed } from "@/components/states";
import { AuthenticatorKey, RecoveryCodes } from "@/signin/Authenticator";
import { CodeForm } from "@/signin/CodeForm";
import { Entrance } from "@/signin/Entrance";
import { StartAgain, useStartAgain } from "@/signin/SecondFactorStep";
import { useTakeState } from "@/signin/state";

/** The organisation demands a second factor, and this person has none yet. */
export function EnrolStep() {
  const { t } = useTranslation("signin");
  const take = useTakeState();
  const startAgain = useStartAgain();
  const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
  const expired = (error: unknown) => error instanceof ApiError && error.status === 409 && startAgain(error);
  const begin = useMutation({ ...authSecondFactorEnrolCreateMutation(), onError: expired });
  const confirm = useMutation({
    ...authSecondFactorEnrolConfirmCreateMutation(),
    onSuccess: setEnrolled,
    onError: expired,
  });
  const { mutate } = begin;
  useEffect(() => mutate({}), [mutate]);
  if (enrolled) {
    return (
      <Entrance title={t("recovery.title")} text={t("recovery.text")} focusTitle>
        <RecoveryCodes codes={enrolled.recovery_codes} />
        <Button onClick={() => take(enrolled)}>{t("recovery.kept")}</Button>
      </Entrance>
    );
  }
  return (
    <Entrance title={t("enrol.title")} text={t("enrol.demanded")}>
      {begin.error ? <LoadingFailed error={begin.error} retry={() => mutate({})} /> : null}
      {begin.data ? <AuthenticatorKey enrolment={begin.data} /> : begin.error ? null : <Loading />}
      <CodeForm
        label={t("enrol.code")}
        submit={t("enrol.submit")}
        error={confirm.error}
        busy={confirm.isPending}
        onCode={(code) => confirm.mutate({ body: { code } })}
      />
      <StartAgain />
    </Entrance>
  );
}
