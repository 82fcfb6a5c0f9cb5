import { ActionIcon, Popover, Stack, Table, Text } from "@mantine/core";
import { IconAntennaBars2, IconAntennaBars3, IconAntennaBars4, IconAntennaBars5 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Quality } from "./quality";
import { useQuality } from "./useQuality";

const ICONS = {
  good: IconAntennaBars5,
  fair: IconAntennaBars4,
  poor: IconAntennaBars3,
  bad: IconAntennaBars2,
} as const;
const COLOURS = { good: "green", fair: "green", poor: "orange", bad: "red" } as const;

/** Bars for how a call sounds; a click tells more. */
export function QualityBadge({ leg }: { leg: string }) {
  const { t } = useTranslation("phone");
  const found = useQuality(leg, true);
  if (!found) return null;
  const Icon = ICONS[found.words];
  return (
    <Popover withArrow position="bottom" shadow="md">
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color={COLOURS[found.words]}
          aria-label={t("quality.label", { words: t(`quality.${found.words}`) })}
        >
          <Icon size={20} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown maw={280}>
        <Details found={found} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Details({ found }: { found: Quality }) {
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
