import { Alert, Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { phone, usePhoneStore } from "./phone";

/** Says when this tab cannot call or ring right now, and what to do. */
export function LineNotice() {
  const { t } = useTranslation("phone");
  const { leads, silenced, view } = usePhoneStore();
  if (silenced) {
    return <Notice text={t("silenced")} action={t("allowSound")} onClick={() => phone.unsilence()} />;
  }
  if (!leads)
    return <Notice text={t("line.otherTab")} action={t("line.takeOver")} onClick={() => phone.takeOver()} />;
  if (view.line === "ready" || view.line === "offline") return null;
  return (
    <Alert color="yellow" role="status">
      {t(`line.${view.line}`)}
    </Alert>
  );
}

function Notice({ text, action, onClick }: { text: string; action: string; onClick: () => void }) {
  return (
    <Alert color="blue" role="status">
      <Group justify="space-between">
        <Text size="sm">{text}</Text>
        <Button size="xs" onClick={onClick}>
          {action}
        </Button>
      </Group>
    </Alert>
  );
}
