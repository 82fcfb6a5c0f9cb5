import { Box, Group, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useEntity, useLive } from "@/live/store";

const COLOURS = { open: "green.5", connecting: "yellow.5", waiting: "yellow.5", offline: "red.5", refused: "red.5" };

/** Whether what is on the screen is live: quiet when it is, in words when it is not. */
export function ConnectionDot() {
  const { t } = useTranslation();
  const connection = useLive((live) => live.connection);
  const core = useEntity("core", "core");
  const away = connection === "open" && core?.state === "away";
  const words = away ? t("connection.coreAway") : t(`connection.${connection}`);
  return (
    <Tooltip label={words}>
      <Group gap={6} role="status" aria-label={words} wrap="nowrap">
        <Box w={10} h={10} bdrs="xl" bg={away ? "red.5" : COLOURS[connection]} />
        {(away || connection !== "open") && (
          <Text size="sm" visibleFrom="md" lineClamp={1}>
            {words}
          </Text>
        )}
      </Group>
    </Tooltip>
  );
}
