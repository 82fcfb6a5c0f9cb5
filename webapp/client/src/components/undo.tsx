import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

const LONG_ENOUGH_MS = 10_000;

/** Says that something was done, with a button that takes it back. `label`: the word on the button. */
export function toastUndo(message: string, label: string, undo: () => void): void {
  const id = notifications.show({
    color: "green",
    autoClose: LONG_ENOUGH_MS,
    withCloseButton: false,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {label}
        </Button>
      </Group>
    ),
  });
}
