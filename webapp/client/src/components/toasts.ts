/** Short messages in a corner. */
import { notifications } from "@mantine/notifications";
import i18next from "i18next";

/** What the button says that puts a toast away, for screen readers. */
export function closeButton(): { "aria-label": string } {
  return { "aria-label": i18next.t("close", { ns: "shell" }) };
}

/** Something was done. */
export function toastDone(message: string): void {
  notifications.show({ message, color: "green", autoClose: 4000, closeButtonProps: closeButton() });
}

/** Something went wrong; stays longer. With useErrorText for the words. */
export function toastProblem(message: string): void {
  notifications.show({ message, color: "red", autoClose: 10_000, role: "alert", closeButtonProps: closeButton() });
}
