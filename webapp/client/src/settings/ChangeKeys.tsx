import { Button } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";

import { keysOf } from "@/settings/keys";

interface Props {
  label: string;
  asking: boolean;
  onAsk: (on: boolean) => void;
  onKeys: (keys: string) => void;
}

/** A button that, once pressed, takes the next keys. Escape and Tab leave it. */
export function ChangeKeys({ label, asking, onAsk, onKeys }: Props) {
  const { t } = useTranslation("settings");
  const press = (event: KeyboardEvent) => {
    if (!asking || event.key === "Tab") return;
    event.preventDefault();
    // The keys are chosen here, not obeyed.
    event.nativeEvent.stopImmediatePropagation();
    const keys = event.key === "Escape" ? null : keysOf(event.nativeEvent);
    if (event.key === "Escape") onAsk(false);
    else if (keys !== null) onKeys(keys);
  };
  return (
    <Button
      size="compact-sm"
      variant={asking ? "filled" : "default"}
      aria-label={asking ? t("shortcuts.pressFor", { label }) : t("shortcuts.changeOf", { label })}
      onClick={() => !asking && onAsk(true)}
      onBlur={() => asking && onAsk(false)}
      onKeyDown={press}
      onKeyUp={(event) => asking && event.preventDefault()}
    >
      {asking ? t("shortcuts.press") : t("shortcuts.change")}
    </Button>
  );
}
