import { Alert, Button, Group, Switch, Text } from "@mantine/core";
import { IconBell, IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { usePreferences, useSavePreferences } from "@/settings/preferences";
import { Section } from "@/settings/Section";
import { acceptPush } from "@/shell/push";

/** What the system shows while the window is hidden. */
export function Notifications() {
  const { t } = useTranslation("settings");
  const { notifications: kept = {} } = usePreferences();
  const save = useSavePreferences();
  const supported = "Notification" in window;
  const [permission, setPermission] = useState(supported ? Notification.permission : "denied");
  const ask = async () => {
    setPermission(await Notification.requestPermission());
    await acceptPush().catch(() => undefined);
  };
  return (
    <Section title={t("notifications.title")} text={t("notifications.text")}>
      {permission === "default" && (
        <Group>
          <Button
            leftSection={<IconBell size={18} aria-hidden />}
            onClick={() => void ask()}
          >
            {t("notifications.allow")}
          </Button>
        </Group>
      )}
      {permission === "granted" && (
        <Group gap="xs" wrap="nowrap" role="status">
          <Text c="green" lh={1}>
            <IconCircleCheck size={20} aria-hidden />
          </Text>
          <Text>{t("notifications.granted")}</Text>
        </Group>
      )}
      {permission === "denied" && (
        <Alert color="yellow" role="status">
          {supported ? t("notifications.denied") : t("notifications.unsupported")}
        </Alert>
      )}
      {(["calls", "missed", "voicemail", "who"] as const).map((name) => (
        <Switch
          key={name}
          label={t(`notifications.${name}`)}
          checked={kept[name] ?? true}
          disabled={name === "who" && kept.calls === false && kept.missed === false}
          onChange={(event) => save({ notifications: { [name]: event.currentTarget.checked } })}
        />
      ))}
    </Section>
  );
}
