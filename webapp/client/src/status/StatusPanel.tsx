import { Divider, Select, Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { ValueOf } from "@/live/types";
import { useCallerIds } from "@/status/callerIds";
import { ForwardRow } from "@/status/ForwardRow";
import { useSetState } from "@/status/setting";
import { StatusForm } from "@/status/StatusForm";

const USUAL = "";

interface Props {
  extension: string;
  mine: ValueOf<"me">;
  close: () => void;
}

/** Status with a note and an end; do not disturb, forwards and the number shown, which count at once. */
export function StatusPanel({ extension, mine, close }: Props) {
  const { t } = useTranslation("status");
  const { set, isPending } = useSetState(extension);
  const callerIds = useCallerIds(extension);
  return (
    <Stack gap="sm">
      <StatusForm mine={mine} busy={isPending} save={(body) => set(body, close)} />
      <Divider />
      <Switch
        label={t("quiet")}
        description={t("quietText")}
        checked={mine.do_not_disturb}
        onChange={(event) => set({ do_not_disturb: event.currentTarget.checked })}
      />
      {(["all", "busy", "no_answer"] as const).map((when) => (
        <ForwardRow
          key={`${when} ${mine.forward[when] ?? ""}`}
          label={t(`forward.${when}`)}
          target={mine.forward[when]}
          save={(target) => set({ [`forward_${when}`]: target })}
        />
      ))}
      {callerIds.length > 0 && (
        <Select
          label={t("callerId")}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          data={[{ value: USUAL, label: t("callerIdUsual") }, ...callerIds]}
          // One that was taken away counts no longer.
          value={callerIds.find(({ value }) => value === mine.caller_id)?.value ?? USUAL}
          onChange={(id) => set({ caller_id: id || null })}
        />
      )}
    </Stack>
  );
}
