import { notifications } from "@mantine/notifications";
import i18next from "i18next";

/** Says where a call waits now. */
export function showParked(slot: string): void {
  notifications.show({ message: i18next.t("phone:parkedAt", { slot }), autoClose: 15_000 });
}
