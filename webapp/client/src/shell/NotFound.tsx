import { Anchor, Center, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { usePageTitle } from "@/components/Page";

/** An address that leads nowhere. */
export function NotFound() {
  const { t } = useTranslation();
  usePageTitle(t("notFound"));
  return (
    <Center p="xl" mih="60dvh">
      <Stack maw={460}>
        <Title order={1}>{t("notFound")}</Title>
        <Text>{t("notFoundText")}</Text>
        <Anchor component={Link} to="/">
          {t("toStart")}
        </Anchor>
      </Stack>
    </Center>
  );
}
