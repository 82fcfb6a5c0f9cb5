import { Badge, Box, Group, Text, UnstyledButton } from "@mantine/core";
import { IconMicrophone, IconNote, IconPhoneIncoming, IconPhoneOutgoing, IconRecordMail } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Item } from "@/api/generated/types.gen";
import { CallButton } from "@/components/CallButton";
import { duration, useFormat } from "@/components/format";

/** Name, else number as people read it; "" when neither was shown. */
export function whoOf({ name, display, number }: Pick<Item, "name" | "display" | "number">): string {
  return name || display || number;
}

/** Arrow of the direction, red when missed; the words say the same. */
export function Direction({ item }: { item: Item }) {
  const { t } = useTranslation("history");
  const Arrow = item.direction === "in" ? IconPhoneIncoming : IconPhoneOutgoing;
  const colour = item.missed ? "var(--mantine-color-error)" : "var(--mantine-color-dimmed)";
  return <Arrow size={20} color={colour} role="img" aria-label={t(item.direction)} style={{ flex: "0 0 auto" }} />;
}

/** One call, or all of one number. */
export function CallRow({ item, open }: { item: Item; open: () => void }) {
  const { t } = useTranslation(["history", "around"]);
  const format = useFormat();
  const who = whoOf(item) || t("around:unknown");
  return (
    <Group
      wrap="nowrap"
      gap="xs"
      px="sm"
      py={6}
      style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}
    >
      <UnstyledButton data-main flex={1} miw={0} py={4} onClick={open}>
        <Group wrap="nowrap" gap="sm">
          <Direction item={item} />
          <Box miw={0} flex={1}>
            <Group gap="xs" wrap="nowrap">
              <Text truncate fw={500} c={item.missed ? "var(--mantine-color-error)" : undefined}>
                {who}
              </Text>
              {item.count > 1 && (
                <Badge variant="default" flex="0 0 auto" aria-label={t("times", { count: item.count })}>
                  {item.count}×
                </Badge>
              )}
            </Group>
            <Text size="sm" c="dimmed" truncate>
              {format.time(item.at)} · {t(`result.${item.result}`)}
              {item.seconds > 0 && ` · ${duration(item.seconds)}`}
              {item.name !== "" && item.display !== "" && ` · ${item.display}`}
            </Text>
          </Box>
          {item.notes > 0 && (
            <IconNote size={18} role="img" aria-label={t("notesCount", { count: item.notes })} />
          )}
          {item.voicemail !== null && <IconRecordMail size={18} role="img" aria-label={t("result.voicemail")} />}
          {item.recording !== null && <IconMicrophone size={18} role="img" aria-label={t("recording")} />}
        </Group>
      </UnstyledButton>
      <CallButton number={item.number} name={who} />
    </Group>
  );
}
