import { Button, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Call } from "@/live/generated";

import { addTo } from "./commands";
import { PeoplePicker } from "./PeoplePicker";
import { useCommand } from "./useCommand";

/** Makes the call a conference, if it is none yet, and calls somebody into it. */
export function AddDialog({ call, onClose }: { call: Call; onClose: () => void }) {
  const { t } = useTranslation(["phone", "shell"]);
  const { busy, run } = useCommand();
  const add = (number: string) =>
    run(async () => {
      await addTo(call.id, call.room, number);
      onClose();
    });
  return (
    <Modal opened onClose={onClose} title={t("add.title")} centered closeButtonProps={{ "aria-label": t("shell:close") }}>
      <PeoplePicker
        label={t("transfer.search")}
        empty={t("transfer.empty")}
        actions={(person) => (
          <Button size="xs" disabled={busy} onClick={() => add(person.number)}>
            {t("add.do")}
          </Button>
        )}
      />
    </Modal>
  );
}
