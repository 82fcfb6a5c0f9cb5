import { Alert, Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod";

import { authSignInCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import { useErrorText } from "@/components/errors";
import { usePageTitle } from "@/components/Page";

/** E-mail address and password. */
export function SignInPage() {
  const { t } = useTranslation("signin");
  const { next } = useSearch({ from: "/sign-in" });
  const errorText = useErrorText();
  usePageTitle(t("title"));
  const rules = z.object({
    email: z.string().trim().min(1, t("needEmail")),
    password: z.string().min(1, t("needPassword")),
  });
  const form = useForm({ resolver: zodResolver(rules), defaultValues: { email: "", password: "" } });
  const { errors } = form.formState;
  // A whole new page: its cookies, language and cache are those of the person who came in.
  const signIn = useMutation({ ...authSignInCreateMutation(), onSuccess: () => location.assign(`/app${next}`) });
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" w="100%" maw={400}>
        <form onSubmit={form.handleSubmit((body) => signIn.mutate({ body }))} noValidate>
          <Stack>
            <Title order={1}>{t("title")}</Title>
            {signIn.error && (
              <Alert color="red" role="alert">
                {errorText(signIn.error)}
              </Alert>
            )}
            <TextInput
              label={t("email")}
              type="email"
              autoComplete="username"
              autoFocus
              error={errors.email?.message}
              {...form.register("email")}
            />
            <PasswordInput
              label={t("password")}
              autoComplete="current-password"
              error={errors.password?.message}
              {...form.register("password")}
            />
            <Button type="submit" loading={signIn.isPending || signIn.isSuccess}>
              {t("submit")}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
