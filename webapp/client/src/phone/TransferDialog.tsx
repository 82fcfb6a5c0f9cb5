import { Button, Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

import type { Call } from "@/live/generated";

import type { Card } from "./cards";
import { consult, transferTo } from "./commands";
import { PeoplePicker } from "./PeoplePicker";
import { useCommand } from "./useCommand";
import type { Person } from "./usePeople";

interface TransferDialogProps {
  readonly card: Card;
  readonly call: Call;
  readonly onClose: () => void;
}

/** To whom: at once, or after asking them first. */
export function TransferDialog({ card, call, onClose }: TransferDialogProps) {
  const { t } = useTranslation(["phone", "shell"]);
  const { busy, run } = useCommand();
  const now = (person: Person) =>
    run(async () => {
      await transferTo(call.id, person.number);
      notifications.show({ message: t("transfer.done", { who: person.name || person.number }) });
      onClose();
    });
  const ask = (person: Person) =>
    run(async () => {
      await consult(call.id, person.number);
      onClose();
    });
  return (
    <Modal opened onClose={onClose} title={t("transfer.title", { who: card.name || card.number })} size="lg" centered closeButtonProps={{ "aria-label": t("shell:close") }}>
      <PeoplePicker
        label={t("transfer.search")}
        empty={t("transfer.empty")}
        actions={(person) => (
          <>
            <Button size="xs" variant="light" disabled={busy} onClick={() => ask(person)}>
              {t("transfer.ask")}
            </Button>
            <Button size="xs" disabled={busy} onClick={() => now(person)}>
              {t("transfer.now")}
            </Button>
          </>
        )}
      />
    </Modal>
  );
}
