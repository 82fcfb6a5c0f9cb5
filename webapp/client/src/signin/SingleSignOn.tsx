import { Button, Stack } from "@mantine/core";
import { IconBrandGoogle, IconBrandWindows, IconKey } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { authOidcCreateMutation, authProvidersListOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Offered } from "@/api/generated/types.gen";
import { Problem } from "@/signin/Entrance";
import { destination } from "@/signin/state";

const ICONS = { entra: IconBrandWindows, google: IconBrandGoogle, other: IconKey };
const WHOLE = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Buttons of the providers that people with this address sign in with; `before` stands above them. */
export function SingleSignOn({ email, before }: { email: string; before: ReactNode }) {
  const { t } = useTranslation("signin");
  const { next, sso } = useSearch({ from: "/sign-in" });
  const { data: providers = [] } = useQuery({
    ...authProvidersListOptions({ query: { email } }),
    enabled: WHOLE.test(email),
    staleTime: 60_000,
  });
  const leave = useMutation({ ...authOidcCreateMutation(), onSuccess: ({ url }) => location.assign(url) });
  const go = (id: string) => leave.mutate({ path: { id }, body: { next: destination(next) } });
  const first = useRef(sso);
  useEffect(() => {
    if (first.current === undefined) return;
    go(first.current);
    first.current = undefined;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when the page opens
  }, []);
  if (providers.length === 0) return <Problem error={leave.error} />;
  return (
    <Stack aria-live="polite">
      {before}
      <Problem error={leave.error} />
      {providers.map((provider) => (
        <Button
          key={provider.id}
          variant="default"
          // Names of organisations are long.
          h="auto"
          py={9}
          styles={{ label: { whiteSpace: "normal" } }}
          leftSection={<Picture kind={provider.kind} />}
          loading={leave.isPending && leave.variables.path.id === provider.id}
          onClick={() => go(provider.id)}
        >
          {t("withProvider", { name: provider.name })}
        </Button>
      ))}
    </Stack>
  );
}

function Picture({ kind = "other" }: { kind: Offered["kind"] }) {
  const Icon = ICONS[kind];
  return <Icon size={18} aria-hidden />;
}
