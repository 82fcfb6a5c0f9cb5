import { NavLink } from "@mantine/core";
import {
  IconBell,
  IconDeviceLaptop,
  IconKeyboard,
  IconRecordMail,
  IconShieldLock,
  IconUserCog,
  IconVolume,
} from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { Page } from "@/components/Page";
import { Loading } from "@/components/states";
import classes from "@/settings/SettingsPage.module.css";

const PARTS = [
  { code: "general", icon: IconUserCog, Content: lazy(async () => ({ default: (await import("./General")).General })) },
  { code: "sound", icon: IconVolume, Content: lazy(async () => ({ default: (await import("./Sound")).Sound })) },
  {
    code: "notifications",
    icon: IconBell,
    Content: lazy(async () => ({ default: (await import("./Notifications")).Notifications })),
  },
  {
    code: "shortcuts",
    icon: IconKeyboard,
    Content: lazy(async () => ({ default: (await import("./Shortcuts")).Shortcuts })),
  },
  {
    code: "security",
    icon: IconShieldLock,
    Content: lazy(async () => ({ default: (await import("./Security")).Security })),
  },
  {
    code: "sessions",
    icon: IconDeviceLaptop,
    Content: lazy(async () => ({ default: (await import("./Sessions")).Sessions })),
  },
  {
    code: "voicemail",
    icon: IconRecordMail,
    Content: lazy(async () => ({ default: (await import("./VoicemailPin")).VoicemailPin })),
  },
] as const;

/** The parts at the side, the chosen one beside them. */
export function SettingsPage() {
  const { t } = useTranslation("settings");
  const { extensions } = useMe();
  const { part } = useParams({ strict: false });
  const chosen = PARTS.find(({ code }) => code === part) ?? PARTS[0];
  const parts = PARTS.filter(({ code }) => code !== "voicemail" || extensions.length > 0);
  return (
    <Page title={t("title")} width={960}>
      <div className={classes.columns}>
        <nav aria-label={t("parts")} className={classes.parts}>
          {parts.map(({ code, icon: Picture }) => (
            <NavLink
              key={code}
              renderRoot={(props) => <Link {...props} to="/settings/{-$part}" params={{ part: code }} />}
              label={t(`${code}.title`)}
              leftSection={<Picture size={18} aria-hidden />}
              active={code === chosen.code}
              aria-current={code === chosen.code ? "page" : undefined}
            />
          ))}
        </nav>
        <div className={classes.content}>
          <Suspense fallback={<Loading />}>
            <chosen.Content />
          </Suspense>
        </div>
      </div>
    </Page>
  );
}
