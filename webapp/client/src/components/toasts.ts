/** Short messages in a corner. */
import { notifications } from "@mantine/notifications";

/** Something was done. */
export function toastDone(message: string): void {
  notifications.show({ message, color: "green", autoClose: 4000 });
}

/** Something went wrong; stays longer. With useErrorText for the words. */
export function toastProblem(message: string): void {
  notifications.show({ message, color: "red", autoClose: 10_000, role: "alert" });
}
