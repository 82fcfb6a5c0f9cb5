import { Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Quality } from "./quality";

/** The numbers behind the bars, and what to do when they are bad. */
export function QualityDetails({ found }: { found: Quality }) {
  const { t, i18n } = useTranslation("phone");
  const shown = (value: number, digits: number, unit: string) =>
    `${new Intl.NumberFormat(i18n.language, { maximumFractionDigits: digits }).format(value)}${unit}`;
  const rows = [
    [t("quality.mos"), shown(found.mos, 1, "")],
    [t("quality.loss"), shown(found.loss, 1, " %")],
    [t("quality.delay"), shown(found.delay, 0, " ms")],
    [t("quality.jitter"), shown(found.jitter, 0, " ms")],
  ];
  return (
    <Stack gap="xs">
      <Text fw={600}>{t("quality.label", { words: t(`quality.${found.words}`) })}</Text>
      {found.words === "poor" || found.words === "bad" ? <Text size="sm">{t("quality.advice")}</Text> : null}
      <Table
        withRowBorders={false}
        verticalSpacing={2}
        data={{ body: rows.map(([label, value]) => [label, value]) }}
      />
    </Stack>
  );
}
