import { ActionIcon, Popover, Select, Stack, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { callerIdsListOptions } from "@/api/generated/@tanstack/react-query.gen";

import { dialWith } from "./commands";
import { useMine, useOtherPhones } from "./mine";
import { phone, usePhoneStore } from "./phone";
import { useCommand } from "./useCommand";

export interface Dialling {
  readonly device: string;
  readonly callerId: string;
  readonly recorded: boolean;
  change(what: Partial<Pick<Dialling, "device" | "callerId" | "recorded">>): void;
  dial(number: string): void;
}

const BROWSER = "";
const USUAL = "";

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
  const mine = useMine();
  const phones = useOtherPhones(usePhoneStore((store) => store.view.device));
  const [opened, setOpened] = useState(false);
  const callerIds = useQuery({ ...callerIdsListOptions(), enabled: opened });
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
        <Stack gap="sm" miw={240}>
          <Select
            label={t("dial.with")}
            allowDeselect={false}
            value={dialling.device}
            data={[
              { value: BROWSER, label: t("dial.thisBrowser") },
              ...phones.map((each) => ({ value: each.id, label: each.name })),
            ]}
            onChange={(device) => dialling.change({ device: device ?? BROWSER })}
          />
          <Select
            label={t("dial.callerId")}
            allowDeselect={false}
            value={dialling.callerId}
            data={[
              { value: USUAL, label: t("dial.usual") },
              ...(callerIds.data?.results ?? []).map((each) => ({
                value: each.id,
                label: each.name ?? each.shown ?? each.id,
              })),
            ]}
            onChange={(callerId) => dialling.change({ callerId: callerId ?? USUAL })}
          />
          {mine?.value.may_record ? (
            <Switch
              label={t("dial.record")}
              checked={dialling.recorded}
              onChange={(event) => dialling.change({ recorded: event.currentTarget.checked })}
            />
          ) : null}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
