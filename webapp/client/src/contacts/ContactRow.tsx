import { Box, Group, Indicator, Text, UnstyledButton } from "@mantine/core";
import { IconBan, IconCrown, IconStarFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Entry } from "@/api/generated/types.gen";
import { CallButton } from "@/components/CallButton";
import { PersonAvatar } from "@/components/PersonAvatar";
import { usePresenceWords } from "@/contacts/usePresenceWords";
import { useEntity } from "@/live/store";
import { PresenceDot } from "@/phone/PresenceDot";

/** One contact in the list, with live presence when it is a colleague. */
export function ContactRow({ entry, open }: { entry: Entry; open: () => void }) {
  const colleague = useEntity("colleague", entry.id);
  const first = entry.numbers[0];
  const about = [entry.job_role, entry.department, entry.company].filter(Boolean).join(" · ");
  const words = usePresenceWords();
  const now = colleague ? words(colleague) : "";
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
          <Indicator
            position="bottom-end"
            offset={5}
            size={16}
            color="var(--mantine-color-body)"
            disabled={!colleague}
            label={<PresenceDot state={colleague?.state ?? null} />}
            styles={{ indicator: { padding: 0 } }}
          >
            <PersonAvatar name={entry.name} photo={entry.photo} />
          </Indicator>
          <Box miw={0} flex={1}>
            <Group gap={6} wrap="nowrap">
              <Text truncate fw={500}>
                {entry.name}
              </Text>
              <Marks entry={entry} />
            </Group>
            <Text size="sm" c="dimmed" truncate>
              {[now, about, first?.display].filter(Boolean).join(" · ")}
            </Text>
          </Box>
        </Group>
      </UnstyledButton>
      <CallButton number={first?.number ?? ""} name={entry.name} />
    </Group>
  );
}

function Marks({ entry }: { entry: Entry }) {
  const { t } = useTranslation("contacts");
  const props = { size: 16, role: "img", style: { flex: "0 0 auto" } };
  return (
    <>
      {entry.favourite && (
        <IconStarFilled {...props} color="var(--mantine-color-yellow-5)" aria-label={t("marks.favourite")} />
      )}
      {entry.vip && <IconCrown {...props} aria-label={t("marks.vip")} />}
      {entry.blocked && <IconBan {...props} color="var(--mantine-color-error)" aria-label={t("marks.blocked")} />}
    </>
  );
}
