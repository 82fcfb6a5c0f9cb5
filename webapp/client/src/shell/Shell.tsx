import { AppShell } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { useMe } from "@/api/me";
import { Loading } from "@/components/states";
import { languageOf, showLanguage } from "@/i18n";
import { startLive } from "@/live";
import { useAppliedPreferences } from "@/settings/applied";
import { BottomNavigation } from "@/shell/BottomNavigation";
import { PoliciesNotice } from "@/shell/PoliciesNotice";
import { ShortcutSheet } from "@/shell/ShortcutSheet";
import { SideNavigation } from "@/shell/SideNavigation";
import { TopBar } from "@/shell/TopBar";

/** The phone starts when the screen is there: nobody waits for its code. */
const Dock = lazy(async () => ({ default: (await import("@/phone/Dock")).Dock }));

/** Everything around a screen for people who are signed in. */
export function Shell() {
  const { t, i18n } = useTranslation();
  const language = languageOf(useMe().shown_language);
  const wide = useMediaQuery("(min-width: 48em)", true, { getInitialValueInEffect: false });
  useEffect(startLive, []);
  useAppliedPreferences();
  useEffect(() => {
    if (i18n.language !== language) void showLanguage(language);
  }, [i18n, language]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: "sm", collapsed: { mobile: true } }}
      footer={{ height: "calc(60px + var(--centrale-bottom))", collapsed: wide }}
      padding="md"
    >
      <a className="skip" href="#content">
        {t("skip")}
      </a>
      <AppShell.Header>
        <TopBar />
      </AppShell.Header>
      {wide && (
        <AppShell.Navbar p="xs" component="div">
          <SideNavigation />
        </AppShell.Navbar>
      )}
      <AppShell.Main id="content" tabIndex={-1}>
        <PoliciesNotice />
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      {!wide && (
        <AppShell.Footer component="div">
          <BottomNavigation />
        </AppShell.Footer>
      )}
      <Suspense fallback={null}>
        <Dock />
      </Suspense>
      <ShortcutSheet />
    </AppShell>
  );
}
