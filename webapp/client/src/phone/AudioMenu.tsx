import { ActionIcon, Popover } from "@mantine/core";
import { IconHeadphones } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { Loading } from "@/components/states";

const AudioDevices = lazy(async () => ({ default: (await import("./AudioDevices")).AudioDevices }));

/** A button that opens the choice of microphone and speakers. */
export function AudioMenu() {
  const { t } = useTranslation("phone");
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus withArrow>
      <Popover.Target>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t("audio.title")}
          onClick={() => setOpened(!opened)}
        >
          <IconHeadphones size={20} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        {opened ? (
          <Suspense fallback={<Loading />}>
            <AudioDevices />
          </Suspense>
        ) : null}
      </Popover.Dropdown>
    </Popover>
  );
}
