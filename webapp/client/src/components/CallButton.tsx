import { ActionIcon } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { phone } from "@/phone/phone";

interface Props {
  number: string;
  /** Who it is, for the label. */
  name: string;
}

/** Calls a number from this browser; nothing where there is no number. */
export function CallButton({ number, name }: Props) {
  const { t } = useTranslation("around");
  if (!number) return null;
  const label = t("call", { who: name || number });
  return (
    <ActionIcon
      variant="light"
      color="green"
      size={40}
      radius="xl"
      aria-label={label}
      title={label}
      onClick={() => phone.dial(number)}
    >
      <IconPhone size={20} aria-hidden />
    </ActionIcon>
  );
}
