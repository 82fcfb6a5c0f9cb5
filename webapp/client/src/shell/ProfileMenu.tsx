import { Box, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconLogout, IconSettings, IconUser } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { authSignOutCreateMutation, meProfileRetrieveOptions } from "@/api/generated/@tanstack/react-query.gen";
import { useMe } from "@/api/me";
import { PersonAvatar } from "@/components/PersonAvatar";

const Appearance = lazy(async () => ({ default: (await import("@/shell/Appearance")).Appearance }));

/** The small size of a photo's address. */
const small = (photo: string | null | undefined) => (photo ? `${photo}&size=64` : null);

/** Photo or initials at the right of the top bar: profile, settings, appearance, sign out. */
export function ProfileMenu() {
  const { t } = useTranslation();
  const me = useMe();
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
        <Box h={30}>
          <Suspense fallback={null}>
            <Appearance />
          </Suspense>
        </Box>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => signOut.mutate({})}>
          {t("signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
