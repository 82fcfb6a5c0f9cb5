import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { ConnectionDot } from "@/shell/ConnectionDot";
import { ForwardIndicator } from "@/shell/ForwardIndicator";
import { ProfileMenu } from "@/shell/ProfileMenu";
import { StatusPicker } from "@/status/StatusPicker";

/** Above every screen: where one is, how one can be reached, who one is. */
export function TopBar() {
  const { t } = useTranslation();
  const me = useMe();
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <Group gap="xs" wrap="nowrap" miw={0}>
        <Anchor component={Link} to="/" fw={700} underline="never">
          {t("app")}
        </Anchor>
        {me.organisation_name !== "" && (
          <Text c="dimmed" truncate visibleFrom="sm">
            {me.organisation_name}
          </Text>
        )}
      </Group>
      <Group gap="sm" wrap="nowrap">
        <StatusPicker />
        <ForwardIndicator />
        <ConnectionDot />
        <ProfileMenu />
      </Group>
    </Group>
  );
}
