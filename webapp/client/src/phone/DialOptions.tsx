import { ActionIcon, Popover } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { Loading } from "@/components/states";

import { dialWith } from "./commands";
import { useMine } from "./mine";
import { phone } from "./phone";
import { useCommand } from "./useCommand";

const DialOptionsForm = lazy(async () => ({ default: (await import("./DialOptionsForm")).DialOptionsForm }));

export interface Dialling {
  readonly device: string;
  readonly callerId: string;
  readonly recorded: boolean;
  change(what: Partial<Pick<Dialling, "device" | "callerId" | "recorded">>): void;
  dial(number: string): void;
}

export const BROWSER = "";
export const USUAL = "";

/** How the next call is made: with which phone, which number is shown, recorded or not. Back to usual afterwards. */
export function useDialling(): Dialling {
  const [chosen, setChosen] = useState({ device: BROWSER, callerId: USUAL, recorded: false });
  const { run } = useCommand();
  const mine = useMine();
  return {
    ...chosen,
    change: (what) => setChosen({ ...chosen, ...what }),
    dial: (number) => {
      const { device, callerId, recorded } = chosen;
      if (device && mine) run(() => dialWith(mine.id, device, number, callerId || null, recorded));
      else phone.dial(number, { ...(callerId ? { callerId } : {}), ...(recorded ? { record: true } : {}) });
      setChosen({ device, callerId: USUAL, recorded: false });
    },
  };
}

export function DialOptionsMenu({ dialling, icon }: { dialling: Dialling; icon: ReactNode }) {
  const { t } = useTranslation("phone");
  const [opened, setOpened] = useState(false);
  const unusual = dialling.device !== BROWSER || dialling.callerId !== USUAL || dialling.recorded;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" shadow="md" trapFocus withArrow>
      <Popover.Target>
        <ActionIcon
          size="lg"
          variant={unusual ? "light" : "subtle"}
          aria-label={t("dial.options")}
          onClick={() => setOpened(!opened)}
        >
          {icon}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Suspense fallback={<Loading />}>
          <DialOptionsForm dialling={dialling} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
