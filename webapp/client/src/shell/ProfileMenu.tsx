import { Menu, SegmentedControl, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { authSignOutCreateMutation } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";
import { PersonAvatar } from "@/components/PersonAvatar";

/** Name and initials at the right of the top bar: appearance, sign out. */
export function ProfileMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const signOut = useMutation({ ...authSignOutCreateMutation(), onSettled: () => location.assign("/app/sign-in") });
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <UnstyledButton aria-label={t("menuOf", { name: me.name })} bdrs="xl">
          <PersonAvatar name={me.name} size={36} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} c="var(--mantine-color-text)" truncate>
            {me.name}
          </Text>
          <Text size="sm" truncate>
            {me.email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t("theme")}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t("theme")}
          value={colorScheme}
          onChange={setColorScheme}
          data={[
            { value: "auto", label: t("themeAuto") },
            { value: "light", label: t("themeLight") },
            { value: "dark", label: t("themeDark") },
          ]}
        />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => signOut.mutate({})}>
          {t("signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
