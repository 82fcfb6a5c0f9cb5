import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { type Application, applicationsOf } from "@/shell/applications";
import { useShortcut } from "@/shell/shortcuts";

const ShortcutList = lazy(async () => ({ default: (await import("@/shell/ShortcutList")).ShortcutList }));

function GoTo({ application }: { application: Application }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { code, key, path, url } = application;
  const shortcut = {
    id: `shell.goTo.${code}`,
    keys: `g>${key}`,
    label: t("shortcuts.goTo", { place: t(`applications.${code}`) }),
    group: t("shortcuts.everywhere"),
  };
  useShortcut(shortcut, () => (path === null ? location.assign(url) : void navigate({ to: path })));
  return null;
}

/** The shortcuts of the shell, and `?` for the list of all that work now. */
export function ShortcutSheet() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const show = { id: "shell.shortcuts", keys: "?", label: t("shortcuts.show"), group: t("shortcuts.everywhere") };
  useShortcut(show, () => setOpen((before) => !before));
  return (
    <>
      {applicationsOf(useMe()).map((application) => (
        <GoTo key={application.code} application={application} />
      ))}
      <Suspense fallback={null}>{open && <ShortcutList close={() => setOpen(false)} />}</Suspense>
    </>
  );
}
