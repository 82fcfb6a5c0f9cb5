import { Accordion, Anchor, Button, Checkbox, Group, Stack, Text, Typography } from "@mantine/core";
import { IconDialpad } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/errors";
import { policiesAcceptCreateMutation, policiesListOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Policy } from "@/api/generated/types.gen";
import { meOptions } from "@/api/me";
import { Loading, LoadingFailed } from "@/components/states";
import { languageOf, showLanguage } from "@/i18n";
import { Entrance, Problem } from "@/signin/Entrance";
import { StartAgain } from "@/signin/SecondFactorStep";
import { useTakeState } from "@/signin/state";

const Markdown = lazy(() => import("react-markdown"));

/** Texts that this person has to accept before the rest opens; the phone works already. */
export function PoliciesStep() {
  const { t, i18n } = useTranslation("signin");
  const take = useTakeState();
  const client = useQueryClient();
  const { data: me } = useQuery(meOptions);
  const texts = useQuery(policiesListOptions());
  const language = me && languageOf(me.shown_language);
  useEffect(() => {
    if (language && language !== i18n.language) void showLanguage(language);
  }, [i18n, language]);
  const accept = useMutation({
    ...policiesAcceptCreateMutation(),
    onSuccess: (state) => {
      void client.invalidateQueries({ queryKey: meOptions.queryKey });
      take(state);
    },
    onError: (error) => error instanceof ApiError && error.status === 409 && void texts.refetch(),
  });
  if (texts.error) {
    return (
      <Entrance title={t("policies.title")}>
        <LoadingFailed error={texts.error} retry={() => void texts.refetch()} />
      </Entrance>
    );
  }
  const known = new Set(me?.pending_policies.map(({ kind, version }) => `${kind} ${version}`));
  const pending = texts.data?.filter(({ kind, version }) => !me || known.has(`${kind} ${version}`));
  return (
    <Entrance title={t("policies.title")} text={t("policies.text")} width={640} focusTitle>
      {pending && me ? (
        <Texts
          // New versions are read and ticked anew.
          key={pending.map(({ kind, version }) => `${kind}${version}`).join()}
          policies={pending}
          busy={accept.isPending}
          calls={me.extensions.length > 0}
          onAccept={() =>
            accept.mutate({ body: { accept: pending.map(({ kind, version }) => ({ kind, version })) } })
          }
        />
      ) : (
        <Loading />
      )}
      <Problem error={accept.error} />
      <Group justify="space-between">
        <StartAgain />
        {me && me.extensions.length > 0 && (
          <Anchor href="/app/phone" size="sm">
            <IconDialpad size={16} aria-hidden style={{ verticalAlign: "-3px", marginRight: 4 }} />
            {t("policies.keypad")}
          </Anchor>
        )}
      </Group>
    </Entrance>
  );
}

interface TextsProps {
  policies: readonly Policy[];
  busy: boolean;
  /** Whether this person has something to call from. */
  calls: boolean;
  onAccept: () => void;
}

function Texts({ policies, busy, calls, onAccept }: TextsProps) {
  const { t } = useTranslation("signin");
  const [agreed, setAgreed] = useState<readonly string[]>([]);
  const [missing, setMissing] = useState(false);
  const all = policies.every(({ kind }) => agreed.includes(kind));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(!all);
        if (all) onAccept();
      }}
    >
      <Stack>
        <Accordion variant="contained" order={2} defaultValue={policies[0]?.kind ?? null}>
          {policies.map(({ kind, title, text }) => (
            <Accordion.Item key={kind} value={kind}>
              <Accordion.Control>{title}</Accordion.Control>
              <Accordion.Panel>
                <Typography fz="sm">
                  <Suspense fallback={<Loading />}>
                    <Markdown>{text}</Markdown>
                  </Suspense>
                </Typography>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Checkbox.Group value={[...agreed]} onChange={setAgreed} error={missing && !all ? t("policies.need") : null}>
          <Stack gap="xs" mb="xs">
            {policies.map(({ kind, title }) => (
              <Checkbox key={kind} value={kind} label={t("policies.agree", { title })} />
            ))}
          </Stack>
        </Checkbox.Group>
        {calls && (
          <Text size="sm" c="dimmed">
            {t("policies.emergency")}
          </Text>
        )}
        <Button type="submit" loading={busy}>
          {t("policies.submit")}
        </Button>
      </Stack>
    </form>
  );
}
