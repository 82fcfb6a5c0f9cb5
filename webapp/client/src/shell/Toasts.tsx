import "@mantine/notifications/styles.css";

import { Notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

/** Where toasts show (components/toasts.ts sends them). Loads late. */
export default function Toasts() {
  const { t } = useTranslation();
  return <Notifications position="top-right" limit={4} role="region" aria-label={t("notifications")} />;
}
