import { Box, Button } from "@mantine/core";
import { IconPhoneOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import classes from "./CallCard.module.css";
import type { Card } from "./cards";
import { hangUpCall } from "./commands";
import { phone } from "./phone";
import { useCommand } from "./useCommand";

/** Stays on the screen however long the card is: nobody should have to look for it. */
export function HangUp({ card: { leg, call } }: { card: Card }) {
  const { t } = useTranslation("phone");
  const { busy, run } = useCommand();
  return (
    <Box className={classes.hangUp}>
      <Button
        fullWidth
        color="red"
        size="md"
        leftSection={<IconPhoneOff size={20} aria-hidden />}
        disabled={busy}
        onClick={() => {
          if (leg) phone.hangUp(leg.key);
          else if (call) run(() => hangUpCall(call.id));
        }}
      >
        {t("action.hangUp")}
      </Button>
    </Box>
  );
}
