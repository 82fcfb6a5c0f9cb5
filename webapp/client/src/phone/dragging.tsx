/** Drag a call onto a colleague: a transfer. With the browser's own dragging; by keyboard there is the dialog. */

import { Box } from "@mantine/core";
import { IconGripVertical } from "@tabler/icons-react";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { toastDone } from "@/components/toasts";

import { transferTo } from "./commands";
import { useCommand } from "./useCommand";

const CALL = "application/x-centrale-call";

/** What the pointer takes hold of. `call` is the id of the call. */
export function DragHandle({ call }: { call: string }) {
  const { t } = useTranslation("phone");
  return (
    <Box
      visibleFrom="sm"
      draggable
      title={t("action.drag")}
      p={6}
      style={{ cursor: "grab" }}
      onDragStart={(event: DragEvent) => {
        event.dataTransfer.setData(CALL, call);
        event.dataTransfer.effectAllowed = "move";
      }}
    >
      <IconGripVertical size={20} aria-hidden />
    </Box>
  );
}

/** Makes an element take calls for somebody; `over` while one hangs above it. */
export function useCallDrop({ name, number }: { name: string; number: string }) {
  const { t } = useTranslation("phone");
  const { run } = useCommand();
  const [over, setOver] = useState(false);
  const handlers = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes(CALL)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false);
      const call = event.dataTransfer.getData(CALL);
      if (!call) return;
      event.preventDefault();
      run(async () => {
        await transferTo(call, number);
        toastDone(t("transfer.done", { who: name || number }));
      });
    },
  };
  return { over, handlers };
}
