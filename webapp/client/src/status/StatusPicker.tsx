import { ColorSwatch, Popover, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { Loading } from "@/components/states";
import { texts } from "@/i18n";
import type { ValueOf } from "@/live/types";
import { useMine } from "@/phone/mine";

// With the words of the calendar's fields.
const StatusPanel = lazy(async () => {
  const [{ StatusPanel: panel }] = await Promise.all([import("@/status/StatusPanel"), texts("calendar")()]);
  return { default: panel };
});

/** In the top bar: my status, and what I can set about being reached. Nothing for who has no extension. */
export function StatusPicker() {
  const mine = useMine();
  return mine && <Picker extension={mine.id} mine={mine.value} />;
}

function Picker({ extension, mine }: { extension: string; mine: ValueOf<"me"> }) {
  const { t } = useTranslation("status");
  const [opened, setOpened] = useState(false);
  const name = mine.status?.name ?? t("usual");
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" width={340} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          onClick={() => setOpened(!opened)}
          aria-label={t("button", { name })}
          display="flex"
          p={6}
          style={{ alignItems: "center", gap: 6, borderRadius: 6, minHeight: 36 }}
        >
          <ColorSwatch component="span" color={mine.status?.colour ?? "gray"} size={14} aria-hidden withShadow />
          <Text span size="sm" visibleFrom="sm" maw={160} truncate>
            {name}
          </Text>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("title")} mah="80dvh" style={{ overflowY: "auto" }}>
        <Suspense fallback={<Loading />}>
          <StatusPanel extension={extension} mine={mine} close={() => setOpened(false)} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
