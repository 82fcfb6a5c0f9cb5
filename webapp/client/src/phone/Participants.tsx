import { ActionIcon, Badge, Group, Stack, Text, Title } from "@mantine/core";
import { IconMicrophone, IconMicrophoneOff, IconUserMinus, IconVolume } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { RoomMember } from "@/live/generated";
import { useEntity } from "@/live/store";

import { changeMember } from "./commands";
import { useMine } from "./mine";
import { useCommand } from "./useCommand";

/** Who is in a conference, who speaks, and who is being called in. */
export function Participants({ room }: { room: string }) {
  const { t } = useTranslation("phone");
  const found = useEntity("room", room);
  if (!found) return null;
  return (
    <Stack gap="xs">
      <Title order={3} size="sm">
        {t("participants.title")}
      </Title>
      {found.members.map((member) => (
        <Member key={member.leg} room={room} member={member} />
      ))}
      {found.inviting.map((number) => (
        <Text key={number} size="sm" c="dimmed">
          {t("participants.inviting", { who: number })}
        </Text>
      ))}
    </Stack>
  );
}

function Member({ room, member }: { room: string; member: RoomMember }) {
  const { t } = useTranslation("phone");
  const { busy, run } = useCommand();
  const mine = useMine()?.value.number;
  const me = member.extension !== null && member.number === mine;
  const who = member.name || member.number;
  const label = member.muted ? t("participants.unmute", { who }) : t("participants.mute", { who });
  return (
    <Group justify="space-between" wrap="nowrap">
      <Group gap="xs" wrap="nowrap" miw={0}>
        <Text truncate>{who}</Text>
        {me ? <Badge variant="light">{t("participants.you")}</Badge> : null}
        {member.level !== null ? <IconVolume size={18} aria-label={t("participants.speaking")} /> : null}
      </Group>
      <Group gap={4} wrap="nowrap">
        <ActionIcon
          variant={member.muted ? "filled" : "subtle"}
          disabled={busy}
          aria-label={label}
          onClick={() => run(() => changeMember(room, member.leg, member.muted ? "unmute" : "mute"))}
        >
          {member.muted ? <IconMicrophoneOff size={18} /> : <IconMicrophone size={18} />}
        </ActionIcon>
        {me ? null : (
          <ActionIcon
            variant="subtle"
            color="red"
            disabled={busy}
            aria-label={t("participants.remove", { who })}
            onClick={() => run(() => changeMember(room, member.leg, "remove"))}
          >
            <IconUserMinus size={18} />
          </ActionIcon>
        )}
      </Group>
    </Group>
  );
}
