import { Anchor, Button, Divider, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import * as z from "zod";

import { authSignInCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import { Entrance, Problem } from "@/signin/Entrance";
import { SingleSignOn } from "@/signin/SingleSignOn";
import { useTakeState } from "@/signin/state";

/** E-mail address and password, or the organisation's own way in. `mail`: a forgotten password can be set anew. */
export function PasswordStep({ mail, notice }: { mail: boolean; notice: ReactNode }) {
  const { t } = useTranslation("signin");
  const take = useTakeState();
  const rules = z.object({
    email: z.string().trim().min(1, t("needEmail")),
    password: z.string().min(1, t("needPassword")),
  });
  const form = useForm({ resolver: zodResolver(rules), defaultValues: { email: "", password: "" } });
  const { errors } = form.formState;
  const email = useWatch({ control: form.control, name: "email" });
  const [settled] = useDebouncedValue(email.trim(), 400);
  const signIn = useMutation({
    ...authSignInCreateMutation(),
    onSuccess: take,
    onError: () => form.setFocus("password", { shouldSelect: true }),
  });
  return (
    <Entrance title={t("title")}>
      {notice}
      <form onSubmit={form.handleSubmit((body) => signIn.mutate({ body }))} noValidate>
        <Stack>
          <Problem error={signIn.error} />
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
            visibilityToggleButtonProps={{ "aria-label": t("showPassword"), "aria-hidden": false, tabIndex: 0 }}
            error={errors.password?.message}
            {...form.register("password")}
          />
          <Button type="submit" loading={signIn.isPending}>
            {t("submit")}
          </Button>
        </Stack>
      </form>
      {mail && (
        <Group justify="center">
          <Anchor component={Link} to="/forgotten" size="sm">
            {t("forgotten.link")}
          </Anchor>
        </Group>
      )}
      <SingleSignOn email={settled} before={<Divider label={t("or")} />} />
    </Entrance>
  );
}
