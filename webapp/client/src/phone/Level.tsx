import { Progress, Stack, Text } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";

/** How loud the microphone is (0 to 1, of `watchLevel`). */
export function Level({ level }: { level: number }) {
  const { t } = useTranslation("phone");
  const id = useId();
  return (
    <Stack gap="sm">
      <Text size="xs" c="dimmed" id={id}>
        {t("audio.level")}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section value={Math.round(level * 100)} color="green" aria-labelledby={id} />
      </Progress.Root>
    </Stack>
  );
}
