import { ActionIcon, Popover } from "@mantine/core";
import { IconAntennaBars2, IconAntennaBars3, IconAntennaBars4, IconAntennaBars5 } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useQuality } from "./useQuality";

// Few look at the numbers.
const QualityDetails = lazy(async () => ({ default: (await import("./QualityDetails")).QualityDetails }));

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
        <Suspense fallback={null}>
          <QualityDetails found={found} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
