import { Badge, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { IconPhone, IconPhoneOff, IconRecordMail } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { contactsLookupRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Caller } from "@/api/generated/types.gen";
import { useFormat } from "@/components/format";
import type { Via } from "@/live/generated";
import { useEntities } from "@/live/store";

import type { Card } from "./cards";
import { toVoicemail } from "./commands";
import { phone } from "./phone";
import { useCommand } from "./useCommand";
import { Who } from "./Who";

/** A call that rings here: who, on which of my numbers, what we know of them, answer and decline. */
export function IncomingCard({ card, busy }: { card: Card; busy: boolean }) {
  const { t } = useTranslation("phone");
  const { leg } = card;
  const known = useKnown(card.number);
  if (!leg) return null;
  const contact = known?.contacts.find(({ kind }) => kind !== "internal");
  const who = contact?.name || card.name || card.number || t("incoming.unknown");
  return (
    <Paper
      withBorder
      radius="lg"
      p="md"
      shadow="xl"
      role="alertdialog"
      aria-label={t("incoming.title", { who })}
      style={{ borderColor: "var(--mantine-color-green-6)" }}
    >
      <Stack gap="sm">
        <Who number={card.number} name={who} size="lg">
          <Text size="sm" c="dimmed">
            {card.number}
            {card.call?.via ? ` · ${viaWords(t, card.call.via)}` : ""}
          </Text>
        </Who>
        {known && <Known known={known} />}
        <Group grow>
          <Button
            color="red"
            variant="light"
            size="md"
            leftSection={<IconPhoneOff size={20} />}
            onClick={() => phone.decline(leg.key)}
          >
            {t("incoming.decline")}
          </Button>
          <Button
            color="green"
            size="md"
            leftSection={<IconPhone size={20} />}
            onClick={() => phone.answer(leg.key)}
            data-autofocus
          >
            {busy ? t("incoming.answerHold") : t("incoming.answer")}
          </Button>
        </Group>
        {card.call ? <ToVoicemail call={card.call.id} /> : null}
      </Stack>
    </Paper>
  );
}

/** For people with a mailbox of their own. */
function ToVoicemail({ call }: { call: string }) {
  const { t } = useTranslation("phone");
  const { busy, run } = useCommand();
  const own = [...useEntities("mailbox").values()].some(({ shared }) => !shared);
  if (!own) return null;
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<IconRecordMail size={18} />}
      disabled={busy}
      onClick={() => run(() => toVoicemail(call))}
    >
      {t("incoming.voicemail")}
    </Button>
  );
}

function useKnown(number: string): Caller | undefined {
  const options = contactsLookupRetrieveOptions({ query: { number } });
  // Asked anew for each call: a note may be seconds old.
  return useQuery({ ...options, enabled: number.length > 1, staleTime: 0 }).data;
}

/** What is known of a number: notes of colleagues and how often we spoke. */
function Known({ known: data }: { known: Caller }) {
  const { t } = useTranslation("phone");
  const format = useFormat();
  return (
    <Stack gap={4}>
      <Group gap="xs">
        {data.vip ? <Badge color="yellow">{t("incoming.vip")}</Badge> : null}
        {data.blocked ? <Badge color="red">{t("incoming.blocked")}</Badge> : null}
        {data.contacts[0]?.company ? <Text size="sm">{data.contacts[0].company}</Text> : null}
        {data.earlier.count > 0 ? (
          <Text size="sm" c="dimmed">
            {t("incoming.earlier", { count: data.earlier.count })}
          </Text>
        ) : null}
      </Group>
      {data.earlier.notes.slice(0, 2).map((note) => (
        <Text key={note.id} size="sm" lineClamp={2}>
          {format.short(note.created_at)} {note.author.name}: {note.text}
        </Text>
      ))}
    </Stack>
  );
}

type Translate = ReturnType<typeof useTranslation<"phone">>["t"];

function viaWords(t: Translate, { kind, number, label }: Via): string {
  return t(`incoming.via.${kind}`, { number, label: label || number });
}
