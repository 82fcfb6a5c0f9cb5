import { ActionIcon, Alert, Badge, Box, Group, NavLink, Paper, SimpleGrid } from "@mantine/core";
import { IconRecordMail, IconSettings } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { mailboxesListOptions, voicemailRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import type { Mailbox } from "@/api/generated/types.gen";
import { Page } from "@/components/Page";
import { EmptyState, Loading, LoadingFailed } from "@/components/states";
import { useEntities } from "@/live/store";
import { MailboxSettings } from "@/voicemail/MailboxSettings";
import { Messages } from "@/voicemail/Messages";

const route = getRouteApi("/signed-in/voicemail");

/** Messages that callers left, by mailbox. */
export function VoicemailPage() {
  const { t } = useTranslation("voicemail");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const live = useEntities("mailbox");
  const [settings, setSettings] = useState(false);
  const found = useQuery(mailboxesListOptions({ query: { page_size: 100 } }));
  const { id = "" } = search;
  const first = useQuery({ ...voicemailRetrieveOptions({ path: { id } }), enabled: id !== "" });
  // Administrators see all mailboxes of the organisation; here are those one listens to.
  const mine = (found.data?.results ?? []).filter(({ id }) => live.has(id));
  const boxes = [...(mine.length > 0 ? mine : (found.data?.results ?? []))].sort(ownFirst);
  const box = boxes.find((each) => each.id === (search.mailbox ?? first.data?.mailbox)) ?? boxes[0];
  return (
    <Page
      title={t("title")}
      width={960}
      actions={
        box && (
          <ActionIcon
            variant="default"
            size={40}
            aria-label={t("settings.open")}
            title={t("settings.open")}
            onClick={() => setSettings(true)}
          >
            <IconSettings size={20} aria-hidden />
          </ActionIcon>
        )
      }
    >
      {found.error && <LoadingFailed error={found.error} retry={() => void found.refetch()} />}
      {(found.isPending || first.isLoading) && <Loading />}
      {found.isSuccess && !box && (
        <EmptyState icon={IconRecordMail} title={t("noMailbox")} text={t("noMailboxText")} />
      )}
      {boxes.length > 1 && (
        <Boxes
          boxes={boxes}
          chosen={box?.id}
          choose={(mailbox) => void navigate({ search: { mailbox }, replace: true })}
        />
      )}
      {box?.enabled === false && (
        <Alert color="yellow" mb="md">
          {t("off")}
        </Alert>
      )}
      {box && !first.isLoading && <Messages key={`${box.id} ${id}`} mailbox={box.id} first={first.data} />}
      {box && <MailboxSettings mailbox={box} opened={settings} close={() => setSettings(false)} />}
    </Page>
  );
}

function ownFirst(one: Mailbox, other: Mailbox): number {
  return Number(one.extension === null) - Number(other.extension === null);
}

interface BoxesProps {
  boxes: readonly Mailbox[];
  chosen: string | undefined;
  choose: (id: string) => void;
}

function Boxes({ boxes, chosen, choose }: BoxesProps) {
  const { t } = useTranslation("voicemail");
  const live = useEntities("mailbox");
  return (
    <Box component="nav" aria-label={t("mailboxes")} mb="md">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="xs">
        {boxes.map(({ id, name, number, extension }) => {
          const waiting = live.get(id)?.new ?? 0;
          return (
            <Paper key={id} withBorder>
              <NavLink
                component="button"
                active={id === chosen}
                aria-current={id === chosen ? "page" : undefined}
                label={name || number}
                description={[number, extension === null ? t("shared") : t("personal")].filter(Boolean).join(" · ")}
                rightSection={
                  waiting > 0 && (
                    <Group gap={0}>
                      <Badge circle size="lg" aria-label={t("newCount", { count: waiting })}>
                        {waiting}
                      </Badge>
                    </Group>
                  )
                }
                onClick={() => choose(id)}
              />
            </Paper>
          );
        })}
      </SimpleGrid>
    </Box>
  );
}
