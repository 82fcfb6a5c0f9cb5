import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { kindOf } from "@/status/forward";

interface Props {
  label: string;
  target: string | null;
  save: (target: string | null) => void;
}

/** Where calls go in one case: nowhere else, voicemail, or a number (saved with Enter or on leaving the field). */
export function ForwardRow({ label, target, save }: Props) {
  const { t } = useTranslation("status");
  const [kind, setKind] = useState(kindOf(target));
  const [number, setNumber] = useState(kindOf(target) === "number" ? (target ?? "") : "");
  const choose = (chosen: string) => {
    const next = chosen === "voicemail" || chosen === "number" ? chosen : "off";
    setKind(next);
    if (next === "number") return;
    save(next === "voicemail" ? "voicemail" : null);
  };
  const saveNumber = () => {
    const cleaned = number.trim();
    if (cleaned !== "" && cleaned !== target) save(cleaned);
  };
  return (
    <Stack gap={4}>
      <NativeSelect
        label={label}
        value={kind}
        onChange={(event) => choose(event.currentTarget.value)}
        data={(["off", "voicemail", "number"] as const).map((value) => ({ value, label: t(`target.${value}`) }))}
      />
      {kind === "number" && (
        <TextInput
          type="tel"
          aria-label={t("targetNumber", { label })}
          placeholder={t("numberPlaceholder")}
          maxLength={32}
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
          onBlur={saveNumber}
          onKeyDown={(event) => {
            if (event.key === "Enter") saveNumber();
          }}
        />
      )}
    </Stack>
  );
}
