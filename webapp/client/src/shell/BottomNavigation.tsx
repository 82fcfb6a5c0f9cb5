import { Indicator, Menu, UnstyledButton } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { type Application, type ApplicationCode, applicationsOf } from "@/shell/applications";
import { useBadges } from "@/shell/badges";
import classes from "@/shell/BottomNavigation.module.css";
import { useCurrent } from "@/shell/SideNavigation";

/** What a thumb reaches first; the rest is under "More". */
const FIRST: readonly ApplicationCode[] = ["phone", "contacts", "history", "voicemail"];

/** The applications, at the bottom of a phone. */
export function BottomNavigation() {
  const { t } = useTranslation();
  const current = useCurrent();
  const badges = useBadges();
  const all = applicationsOf(useMe());
  const rest = all.filter(({ code }) => !FIRST.includes(code));
  const item = ({ path, code, icon: Picture, ...other }: Application) => (
    <Link
      key={code}
      to={path ?? "/"}
      className={classes.item}
      aria-current={current({ path, code, icon: Picture, ...other }) ? "page" : undefined}
    >
      <Indicator label={badges[code]} disabled={badges[code] === undefined} size={16}>
        <Picture size={22} aria-hidden />
      </Indicator>
      {t(`applications.${code}`)}
    </Link>
  );
  return (
    <nav className={classes.bar} aria-label={t("navigation")}>
      {all.filter(({ code }) => FIRST.includes(code)).map(item)}
      <Menu position="top-end">
        <Menu.Target>
          <UnstyledButton className={classes.item}>
            <IconDots size={22} aria-hidden />
            {t("more")}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {rest.map(({ code, icon: Picture, path, url }) =>
            path === null ? (
              <Menu.Item key={code} component="a" href={url} leftSection={<Picture size={18} aria-hidden />}>
                {t(`applications.${code}`)}
              </Menu.Item>
            ) : (
              <Menu.Item key={code} component={Link} to={path} leftSection={<Picture size={18} aria-hidden />}>
                {t(`applications.${code}`)}
              </Menu.Item>
            ),
          )}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
