import { Box } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import classes from "./CallCard.module.css";
import { Keypad, KEYS } from "./Keypad";
import { phone } from "./phone";

/** Keys to press in a call, on the screen or typed. On a small screen the page scrolls to them. */
export function CallKeypad({ leg }: { leg: string }) {
  const { t } = useTranslation("phone");
  const keypad = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const show = () => keypad.current?.scrollIntoView({ block: "nearest" });
    keypad.current?.focus({ preventScroll: true });
    show();
    // A phone that is turned.
    window.addEventListener("resize", show);
    return () => window.removeEventListener("resize", show);
  }, []);
  return (
    <Box
      ref={keypad}
      className={classes.keypad}
      role="group"
      aria-label={t("action.keypad")}
      tabIndex={-1}
      onKeyDown={({ key }) => {
        if (KEYS.some(([known]) => known === key)) phone.press(leg, key);
      }}
    >
      <Keypad onKey={(key) => phone.press(leg, key)} />
    </Box>
  );
}
