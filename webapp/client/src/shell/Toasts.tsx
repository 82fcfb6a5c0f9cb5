import "@mantine/notifications/styles.css";

import { MantineThemeProvider, Notification } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

/** Where toasts show (components/toasts.ts sends them): beside the drawers, not over them. Loads late. */
export default function Toasts() {
  const { t } = useTranslation();
  // Whoever shows one need not know that its cross wants a name.
  const named = Notification.extend({ defaultProps: { closeButtonProps: { "aria-label": t("close") } } });
  return (
    <MantineThemeProvider theme={{ components: { Notification: named } }}>
      <Notifications position="top-center" limit={4} role="region" aria-label={t("notifications")} />
    </MantineThemeProvider>
  );
}
