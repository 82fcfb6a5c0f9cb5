import { Menu, SegmentedControl, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { IconLogout, IconSettings, IconUser } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { authSignOutCreateMutation, meProfileRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";
import { PersonAvatar } from "@/components/PersonAvatar";
import { useSavePreferences } from "@/settings/preferences";

/** The small size of a photo's address. */
const small = (photo: string | null | undefined) => (photo ? `${photo}&size=64` : null);

/** Photo or initials at the right of the top bar: profile, settings, appearance, sign out. */
export function ProfileMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const save = useSavePreferences();
  const { data: profile } = useQuery(meProfileRetrieveOptions());
  const signOut = useMutation({ ...authSignOutCreateMutation(), onSettled: () => location.assign("/app/sign-in") });
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <UnstyledButton bdrs="50%">
          <VisuallyHidden>{t("menuOf", { name: me.name })}</VisuallyHidden>
          <PersonAvatar name={me.name} photo={small(profile?.photo)} size={36} />
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
        <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={18} aria-hidden />}>
          {t("profile")}
        </Menu.Item>
        <Menu.Item
          renderRoot={(props) => <Link {...props} to="/settings/{-$part}" />}
          leftSection={<IconSettings size={18} aria-hidden />}
        >
          {t("settings")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t("theme")}</Menu.Label>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t("theme")}
          value={colorScheme}
          onChange={(theme) => {
            setColorScheme(theme);
            save({ theme });
          }}
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
