import { Box, Button, Drawer, Group, Stack, Text, Title } from "@mantine/core";
import { IconMicrophone, IconPhone, IconRecordMail, IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { historyRetrieve } from "@/api/generated/sdk.gen";
import type { Item } from "@/api/generated/types.gen";
import { duration, useFormat } from "@/components/format";
import { LinkButton } from "@/components/LinkButton";
import { Direction, whoOf } from "@/history/CallRow";
import { Notes } from "@/history/Notes";
import { phone } from "@/phone/phone";

/** One call: what is known of it, what can be done, notes, and the other calls of that number. */
export function CallDrawer({ item, close }: { item: Item | null; close: () => void }) {
  const { t } = useTranslation(["history", "around", "shell"]);
  const who = item ? whoOf(item) || t("around:unknown") : "";
  return (
    <Drawer
      position="right"
      opened={item !== null}
      onClose={close}
      title={t("details", { who })}
      closeButtonProps={{ "aria-label": t("shell:close") }}
    >
      {item && <Details key={item.id} item={item} who={who} />}
    </Drawer>
  );
}

function Details({ item, who }: { item: Item; who: string }) {
  const { t } = useTranslation(["history", "around"]);
  const [call, setCall] = useState(item);
  const format = useFormat();
  return (
    <Stack gap="lg">
      <Box>
        <Text size="lg" fw={600}>
          {who}
        </Text>
        {item.name !== "" && <Text>{item.display}</Text>}
        <Text c="dimmed">
          {format.dateTime(call.at)} · {t(`result.${call.result}`)}
          {call.seconds > 0 && ` · ${duration(call.seconds)}`}
        </Text>
        {call.direction === "in" && call.dialled !== "" && (
          <Text c="dimmed" size="sm">
            {t("over")} {call.dialled}
          </Text>
        )}
        {call.answered_by !== "" && (
          <Text c="dimmed" size="sm">
            {t("answeredBy")} {call.answered_by}
          </Text>
        )}
      </Box>
      <Buttons call={call} who={who} />
      <Notes key={call.call} call={call.call} />
      {item.count > 1 && <Others item={item} chosen={call} choose={setCall} />}
    </Stack>
  );
}

function Buttons({ call, who }: { call: Item; who: string }) {
  const { t } = useTranslation(["history", "around"]);
  return (
    <Group gap="xs">
      {call.number !== "" && (
        <Button
          color="green"
          leftSection={<IconPhone size={18} aria-hidden />}
          onClick={() => phone.dial(call.number)}
        >
          {t("around:call", { who })}
        </Button>
      )}
      {call.number !== "" && call.contact === null && (
        <LinkButton to="/contacts"
          search={{ add: call.number, ...(call.name && { name: call.name }) }}
          variant="default"
          leftSection={<IconUserPlus size={18} aria-hidden />}
        >
          {t("around:addContact")}
        </LinkButton>
      )}
      {call.voicemail !== null && (
        <LinkButton to="/voicemail"
          search={{ id: call.voicemail }}
          variant="default"
          leftSection={<IconRecordMail size={18} aria-hidden />}
        >
          {t("voicemail")}
        </LinkButton>
      )}
      {call.recording !== null && (
        <LinkButton to="/recordings"
          search={{ call: call.call }}
          variant="default"
          leftSection={<IconMicrophone size={18} aria-hidden />}
        >
          {t("recording")}
        </LinkButton>
      )}
    </Group>
  );
}

interface OthersProps {
  item: Item;
  chosen: Item;
  choose: (item: Item) => void;
}

function Others({ item, chosen, choose }: OthersProps) {
  const { t } = useTranslation("history");
  const format = useFormat();
  const query = { number: item.number, limit: 50 };
  const { data } = useQuery({
    queryKey: ["history", "of", query],
    queryFn: async ({ signal }) => (await historyRetrieve({ query, signal, throwOnError: true })).data,
  });
  return (
    <Box>
      <Title order={3} size="h5" mb="xs">
        {t("calls")}
      </Title>
      <Stack gap={4}>
        {data?.results.map((each) => (
          <Button
            key={each.id}
            variant={each.id === chosen.id ? "light" : "subtle"}
            color="gray"
            justify="flex-start"
            px="xs"
            fw={500}
            aria-pressed={each.id === chosen.id}
            leftSection={<Direction item={each} />}
            onClick={() => choose(each)}
          >
            {format.dateTime(each.at)} · {t(`result.${each.result}`)}
          </Button>
        ))}
      </Stack>
    </Box>
  );
}
