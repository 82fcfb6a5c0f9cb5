import { ActionIcon, Badge, Box, Button, Collapse, Group, Loader, Text, UnstyledButton } from "@mantine/core";
import { IconArrowBackUp, IconTrash, IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { voicemailPeaksRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Message } from "@/api/generated/types.gen";
import { CallButton } from "@/components/CallButton";
import { duration, useFormat } from "@/components/format";
import { LinkButton } from "@/components/LinkButton";
import { PersonAvatar } from "@/components/PersonAvatar";
import { Player } from "@/components/Player";
import { LoadingFailed } from "@/components/states";
import { callerOf } from "@/voicemail/folders";
import { useChangeMessage } from "@/voicemail/useChangeMessage";

interface Props {
  message: Message;
  open: boolean;
  toggle: () => void;
}

/** One message; opens to its player. */
export function MessageRow({ message, open, toggle }: Props) {
  const { t } = useTranslation(["voicemail", "around"]);
  const format = useFormat();
  const { remove, takeBack } = useChangeMessage();
  const who = callerOf(message) || t("around:unknown");
  const fresh = message.read_at === null;
  return (
    <Box style={{ borderBottom: "1px solid var(--mantine-color-default-border)" }}>
      <Group wrap="nowrap" gap="xs" px="sm" py="xs">
        <UnstyledButton data-main flex={1} miw={0} aria-expanded={open} onClick={toggle}>
          <Group wrap="nowrap" gap="sm">
            <PersonAvatar name={who} photo={message.contact?.photo ?? null} />
            <Box miw={0} flex={1}>
              <Group gap="xs" wrap="nowrap">
                <Text truncate fw={fresh ? 700 : 500}>
                  {who}
                </Text>
                {fresh && <Badge flex="0 0 auto">{t("new")}</Badge>}
              </Group>
              <Text size="sm" c="dimmed">
                {format.dateTime(message.left_at)} · {duration(message.seconds)}
                {message.purge_at !== null && ` · ${t("purge", { date: format.date(message.purge_at) })}`}
              </Text>
            </Box>
          </Group>
        </UnstyledButton>
        {message.deleted_at === null ? (
          <>
            <CallButton number={message.caller_number} name={who} />
            <ActionIcon
              variant="subtle"
              color="red"
              size={40}
              aria-label={t("delete", { who })}
              onClick={() => remove(message)}
            >
              <IconTrash size={20} aria-hidden />
            </ActionIcon>
          </>
        ) : (
          <Button
            variant="light"
            size="xs"
            leftSection={<IconArrowBackUp size={16} aria-hidden />}
            onClick={() => takeBack(message)}
          >
            {t("takeBack")}
          </Button>
        )}
      </Group>
      <Collapse expanded={open}>{open && <Opened message={message} who={who} />}</Collapse>
    </Box>
  );
}

function Opened({ message, who }: { message: Message; who: string }) {
  const { t } = useTranslation(["voicemail", "around"]);
  const { read } = useChangeMessage();
  const path = { id: message.id };
  const { data: peaks, error, refetch } = useQuery({ ...voicemailPeaksRetrieveOptions({ path }), staleTime: Infinity });
  return (
    <Box px="md" pb="md">
      {error && <LoadingFailed error={error} retry={() => void refetch()} />}
      {!peaks && !error && <Loader type="dots" aria-hidden />}
      {peaks && (
        <Player
          url={`/api/v1/voicemail/${message.id}/audio/`}
          peaks={peaks}
          label={t("message", { who })}
          onPlay={() => read(message, true)}
        />
      )}
      <Group gap="xs" mt="sm">
        {message.read_at !== null && (
          <Button variant="default" size="xs" onClick={() => read(message, false)}>
            {t("unread")}
          </Button>
        )}
        {message.contact === null && message.caller_number !== "" && (
          <LinkButton to="/contacts"
            search={{ add: message.caller_number, ...(message.caller_name && { name: message.caller_name }) }}
            variant="default"
            size="xs"
            leftSection={<IconUserPlus size={16} aria-hidden />}
          >
            {t("around:addContact")}
          </LinkButton>
        )}
      </Group>
    </Box>
  );
}
