import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { mePasswordCreateMutation, meSessionsListQueryKey } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";
import { toastDone } from "@/components/toasts";
import { Section } from "@/settings/Section";
import { Problem } from "@/signin/Entrance";
import { NewPassword } from "@/signin/NewPassword";
import { keepsAll } from "@/signin/passwordRules";
import { stateOptions } from "@/signin/state";

/** Another password; all other browsers are signed out. */
export function ChangePassword() {
  const { t } = useTranslation("settings");
  const words = useTranslation("signin").t;
  const { email } = useMe();
  const client = useQueryClient();
  const { data: state } = useQuery(stateOptions);
  const rules = state?.password_rules ?? [];
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const save = useMutation({
    ...mePasswordCreateMutation(),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      setTried(false);
      void client.invalidateQueries({ queryKey: meSessionsListQueryKey() });
      toastDone(t("security.passwordChanged"));
    },
    onError: (error) => (error instanceof ApiError && error.fields.password ? second : first).current?.focus(),
  });
  const wrong = save.error instanceof ApiError ? save.error.fields.password : undefined;
  const good = keepsAll(rules, password) && password !== "";
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (current === "") first.current?.focus();
    else if (!good) second.current?.focus();
    else save.mutate({ body: { current, password } });
  };
  return (
    <Section title={t("security.password")} text={t("security.passwordText")}>
      <form onSubmit={submit} noValidate>
        <Stack maw={420}>
          {wrong ? null : <Problem error={save.error} />}
          <input type="email" autoComplete="username" value={email} readOnly hidden />
          <PasswordInput
            ref={first}
            label={t("security.current")}
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            error={tried && current === "" ? words("needPassword") : undefined}
            visibilityToggleButtonProps={{ "aria-label": words("showPassword"), "aria-hidden": false, tabIndex: 0 }}
          />
          <NewPassword
            ref={second}
            rules={rules}
            value={password}
            onChange={setPassword}
            errors={wrong ?? (tried && !good ? [words("rulesNotKept")] : [])}
          />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t("security.changePassword")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
