import { Alert, Button, Stack, TextInput } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod";

import { authForgottenCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import { Entrance, Problem } from "@/signin/Entrance";

/** Asks for a mail with a link. The answer is the same whether the address is known or not. */
export function ForgottenPage() {
  const { t } = useTranslation("signin");
  const rules = z.object({ email: z.email(t("needEmail")) });
  const form = useForm({ resolver: zodResolver(rules), defaultValues: { email: "" } });
  const ask = useMutation(authForgottenCreateMutation());
  return (
    <Entrance title={t("forgotten.title")} text={ask.isSuccess ? undefined : t("forgotten.text")}>
      {ask.isSuccess ? (
        <Alert color="green" role="status">
          {t("forgotten.sent", { email: ask.variables.body.email })}
        </Alert>
      ) : (
        <form onSubmit={form.handleSubmit((body) => ask.mutate({ body }))} noValidate>
          <Stack>
            <Problem error={ask.error} />
            <TextInput
              label={t("email")}
              type="email"
              autoComplete="username"
              autoFocus
              error={form.formState.errors.email?.message}
              {...form.register("email")}
            />
            <Button type="submit" loading={ask.isPending}>
              {t("forgotten.submit")}
            </Button>
          </Stack>
        </form>
      )}
      <Button component={Link} to="/sign-in" variant="subtle">
        {t("toSignIn")}
      </Button>
    </Entrance>
  );
}
