import { Badge, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { meSecondFactorRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import { Loading, LoadingFailed } from "@/components/states";
import { type FactorChange, FactorDialog } from "@/settings/FactorDialog";
import { Section } from "@/settings/Section";

/** The second step of signing in: an authenticator, codes to keep, codes by mail. */
export function SecondFactor() {
  const { t } = useTranslation("settings");
  const [change, setChange] = useState<FactorChange | null>(null);
  const { data: factors, error, refetch } = useQuery(meSecondFactorRetrieveOptions());
  const button = (what: FactorChange, primary = false) => (
    <Button size="xs" variant={primary ? "filled" : "default"} onClick={() => setChange(what)}>
      {t(`factor.do.${what}`)}
    </Button>
  );
  return (
    <Section title={t("factor.title")} text={t(factors?.demanded ? "factor.demanded" : "factor.text")}>
      {error && <LoadingFailed error={error} retry={() => void refetch()} />}
      {!factors && !error && <Loading />}
      {factors && (
        <>
          <Factor name={t("factor.totp")} on={factors.totp}>
            {factors.totp ? button("remove") : button("totp", true)}
          </Factor>
          {(factors.totp || factors.mail) && (
            <Factor name={t("factor.recovery", { count: factors.recovery_codes })}>{button("codes")}</Factor>
          )}
          {(factors.mail_possible || factors.mail) && (
            <Factor name={t("factor.mail")} on={factors.mail}>
              {button(factors.mail ? "mailOff" : "mailOn")}
            </Factor>
          )}
        </>
      )}
      <FactorDialog change={change} onClose={() => setChange(null)} />
    </Section>
  );
}

function Factor({ name, on, children }: { name: string; on?: boolean; children: React.ReactNode }) {
  const { t } = useTranslation("settings");
  return (
    <Group justify="space-between">
      <Group gap="xs">
        <Text>{name}</Text>
        {on !== undefined && (
          <Badge color={on ? "green" : "gray"} variant="light">
            {t(on ? "factor.on" : "factor.off")}
          </Badge>
        )}
      </Group>
      {children}
    </Group>
  );
}
