import { Badge, NavLink, Stack } from "@mantine/core";
import { Link, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { type Application, applicationsOf } from "@/shell/applications";
import { useBadges } from "@/shell/badges";

/** A function that tells whether an application is the one on the screen. */
export function useCurrent(): (application: Application) => boolean {
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  return ({ path }) => (path === "/" ? pathname === "/" : path !== null && pathname.startsWith(path));
}

/** The applications, at the left of a desktop. */
export function SideNavigation() {
  const { t } = useTranslation();
  const me = useMe();
  const badges = useBadges();
  const current = useCurrent();
  return (
    <Stack component="nav" gap={2} aria-label={t("navigation")}>
      {applicationsOf(me).map((application) => {
        const { code, icon: Picture, path, url } = application;
        const look = {
          label: t(`applications.${code}`),
          leftSection: <Picture size={20} aria-hidden />,
          rightSection: badges[code] !== undefined && <Badge size="sm">{badges[code]}</Badge>,
          active: current(application),
          "aria-current": current(application) ? ("page" as const) : undefined,
        };
        return path === null ? (
          <NavLink key={code} href={url} {...look} />
        ) : (
          <NavLink key={code} component={Link} to={path} {...look} />
        );
      })}
    </Stack>
  );
}
