import { Alert, Button, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { authLinkCreateMutation, authLinkPasswordCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import type { Link as MailLink } from "@/api/generated/types.gen";
import { Loading, LoadingFailed } from "@/components/states";
import { Entrance, Problem } from "@/signin/Entrance";
import { NewPassword } from "@/signin/NewPassword";
import { keepsAll } from "@/signin/passwordRules";

/** Where the links of mails lead: a first password, or a new one. */
export function LinkPage() {
  const { t } = useTranslation("signin");
  const { key = "" } = useParams({ strict: false });
  const look = useMutation(authLinkCreateMutation());
  const { mutate } = look;
  useEffect(() => mutate({ body: { key } }), [mutate, key]);
  if (look.error instanceof ApiError && look.error.status === 404) {
    return (
      <Entrance title={t("link.gone")} text={t("link.goneText")} focusTitle>
        <Button component={Link} to="/forgotten">
          {t("forgotten.submit")}
        </Button>
        <Button component={Link} to="/sign-in" variant="default">
          {t("toSignIn")}
        </Button>
      </Entrance>
    );
  }
  if (look.error) {
    return (
      <Entrance title={t("link.reset")}>
        <LoadingFailed error={look.error} retry={() => mutate({ body: { key } })} />
      </Entrance>
    );
  }
  return look.data ? <ChoosePassword link={look.data} secret={key} /> : <Loading />;
}

function ChoosePassword({ link, secret }: { link: MailLink; secret: string }) {
  const { t } = useTranslation("signin");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const save = useMutation({ ...authLinkPasswordCreateMutation(), onError: () => field.current?.focus() });
  const wrong = save.error instanceof ApiError ? save.error.fields.password : undefined;
  const good = keepsAll(link.password_rules, password);
  const errors = wrong ?? (tried && !good ? [t("rulesNotKept")] : []);
  if (save.isSuccess) return <Saved signedIn={save.data.step !== "sign_in"} />;
  return (
    <Entrance title={t(`link.${link.kind}`)} text={t(`link.${link.kind}Text`, { name: link.name, email: link.email })}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (good) save.mutate({ body: { key: secret, password } });
          else field.current?.focus();
        }}
      >
        <Stack>
          {wrong ? null : <Problem error={save.error} />}
          {/* Password managers keep the name with the password. */}
          <input type="email" autoComplete="username" value={link.email} readOnly hidden />
          <NewPassword
            ref={field}
            rules={link.password_rules}
            value={password}
            onChange={(value) => {
              setPassword(value);
              if (save.error) save.reset();
            }}
            errors={errors}
            autoFocus
          />
          <Button type="submit" loading={save.isPending}>
            {t("link.submit")}
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}

/** The password is set: on with signing in, or to it. */
function Saved({ signedIn }: { signedIn: boolean }) {
  const { t } = useTranslation("signin");
  useEffect(() => {
    // A whole new page: the session is another one.
    if (signedIn) location.assign("/app/sign-in");
  }, [signedIn]);
  if (signedIn) return <Loading />;
  return (
    <Entrance title={t("link.done")} focusTitle>
      <Alert color="green" role="status">
        {t("link.doneText")}
      </Alert>
      <Button component={Link} to="/sign-in">
        {t("toSignIn")}
      </Button>
    </Entrance>
  );
}
