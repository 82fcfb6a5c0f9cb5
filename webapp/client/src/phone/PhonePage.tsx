import { Grid, Stack } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Page } from "@/components/Page";
import { EmptyState } from "@/components/states";

import { Aside } from "./Aside";
import { AudioMenu } from "./AudioMenu";
import { CallCard } from "./CallCard";
import { DialBar } from "./DialBar";
import { useHanded } from "./handedOver";
import { LineNotice } from "./LineNotice";
import { useCards } from "./useCards";

const route = getRouteApi("/signed-in/phone");

/** The phone: dial, the calls that go on, colleagues, parked calls. */
export function PhonePage(): ReactNode {
  const { t } = useTranslation("phone");
  const { dial } = route.useSearch();
  // The same number may come twice.
  const times = useHanded(({ count }) => count);
  const calls = useCards().filter((card) => card.state !== "incoming");
  return (
    <Page title={t("title")} actions={<AudioMenu />}>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7, lg: 8 }}>
          <Stack gap="md">
            <LineNotice />
            <DialBar key={`${times} ${dial}`} start={dial ?? ""} />
            {calls.map((card) => (
              <CallCard key={card.key} card={card} />
            ))}
            {calls.length === 0 ? (
              <EmptyState icon={IconPhone} title={t("line.ready")} text={t("noCalls")} />
            ) : null}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5, lg: 4 }}>
          <Aside />
        </Grid.Col>
      </Grid>
    </Page>
  );
}
