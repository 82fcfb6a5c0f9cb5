import { Button, Group } from "@mantine/core";
import { IconArrowsExchange, IconPlugConnected, IconUsersGroup } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import type { Card } from "./cards";
import { joinCalls, swapWith, transferInto } from "./commands";
import { useCommand } from "./useCommand";

/** Two calls of mine that belong together: swap, connect, or talk all together. */
export function Consultation({ card: { call } }: { card: Card }) {
  const { t } = useTranslation("phone");
  const { busy, run } = useCommand();
  const waiting = call?.consultation;
  if (!call || !waiting) return null;
  return (
    <Group gap="xs" grow>
      <Button
        variant="light"
        disabled={busy}
        leftSection={<IconArrowsExchange size={18} />}
        onClick={() => run(() => swapWith(waiting, call.id))}
      >
        {t("action.swap")}
      </Button>
      <Button
        disabled={busy}
        leftSection={<IconPlugConnected size={18} />}
        onClick={() => run(() => transferInto(waiting, call.id))}
      >
        {t("action.complete")}
      </Button>
      <Button
        variant="light"
        disabled={busy}
        leftSection={<IconUsersGroup size={18} />}
        onClick={() => run(() => joinCalls(call.id, waiting))}
      >
        {t("action.join")}
      </Button>
    </Group>
  );
}
