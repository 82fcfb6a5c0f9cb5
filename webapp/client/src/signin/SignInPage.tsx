import { Alert } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Loading, LoadingFailed } from "@/components/states";
import { Entrance } from "@/signin/Entrance";
import { PasswordStep } from "@/signin/PasswordStep";
import { PoliciesStep } from "@/signin/PoliciesStep";
import { SecondFactorStep } from "@/signin/SecondFactorStep";
import { destination, problemCode, type SignInState, stateOptions } from "@/signin/state";

/** The way in, one step after the other, as the server says. */
export function SignInPage() {
  const { t } = useTranslation("signin");
  const { problem } = useSearch({ from: "/sign-in" });
  // Another tab may have come further.
  const { data, error, refetch } = useQuery({ ...stateOptions, refetchOnMount: "always" });
  if (error && !data) {
    return (
      <Entrance title={t("title")}>
        <LoadingFailed error={error} retry={() => void refetch()} />
      </Entrance>
    );
  }
  if (!data) return <Loading />;
  const notice =
    problem === undefined || data.step !== "sign_in" ? null : (
      <Alert color="yellow" role="alert">
        {t(`problem.${problemCode(problem)}`)}
      </Alert>
    );
  return <Step state={data} notice={notice} />;
}

function Step({ state, notice }: { state: SignInState; notice: React.ReactNode }) {
  switch (state.step) {
    case "sign_in":
      return <PasswordStep mail={state.mail} notice={notice} />;
    case "second_factor":
      return <SecondFactorStep step={state.second_factor} />;
    case "policies":
      return <PoliciesStep />;
    case "done":
      return <Done />;
  }
}

/** A whole new page: its cookies, language and cache are those of the person who came in. */
function Done() {
  const { next } = useSearch({ from: "/sign-in" });
  useEffect(() => location.assign(destination(next)), [next]);
  return <Loading />;
}
