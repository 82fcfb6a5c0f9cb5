import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";

import { useShortcut } from "@/shell/shortcuts";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** The search field of a screen; the key / goes there. */
export function SearchInput({ label, value, onChange }: Props) {
  const { t } = useTranslation("around");
  const id = useId();
  useShortcut({ id: "around.search", keys: "/", label, group: t("group") }, () => {
    document.getElementById(id)?.focus();
  });
  return (
    <TextInput
      id={id}
      type="search"
      flex={1}
      miw={200}
      aria-label={label}
      placeholder={label}
      maxLength={100}
      autoComplete="off"
      leftSection={<IconSearch size={18} aria-hidden />}
      rightSection={value !== "" && <CloseButton aria-label={t("clear")} onClick={() => onChange("")} />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
