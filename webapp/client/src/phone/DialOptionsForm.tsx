import { Select, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useCallerIds } from "@/status/callerIds";

import { BROWSER, type Dialling, USUAL } from "./DialOptions";
import { useMine, useOtherPhones } from "./mine";
import { usePhoneStore } from "./phone";

// A list outside the popover would close it when clicked.
const INSIDE = { withinPortal: false } as const;

/** With which phone, which number is shown, recorded or not. */
export function DialOptionsForm({ dialling }: { dialling: Dialling }) {
  const { t } = useTranslation("phone");
  const mine = useMine();
  const phones = useOtherPhones(usePhoneStore((store) => store.view.device));
  const callerIds = useCallerIds(mine?.id ?? "");
  return (
    <Stack gap="sm" miw={240}>
      <Select
        label={t("dial.with")}
        allowDeselect={false}
        comboboxProps={INSIDE}
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
        comboboxProps={INSIDE}
        value={callerIds.find(({ value }) => value === dialling.callerId)?.value ?? USUAL}
        data={[{ value: USUAL, label: t("dial.usual") }, ...callerIds]}
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
  );
}
