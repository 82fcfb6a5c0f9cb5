import { ThemeIcon, Tooltip } from "@mantine/core";
import { IconArrowForwardUp, IconBellOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useEntities } from "@/live/store";

/** A red icon when calls do not reach this person as usual (a forward of all calls, do not disturb); says where
 * they go on hovering and to screen readers. */
export function ForwardIndicator() {
  const { t } = useTranslation();
  return [...useEntities("me")].flatMap(([id, { forward, do_not_disturb: quiet }]) => {
    const target = forward.all ?? forward.status;
    const words = target === "voicemail" ? t("forwardedVoicemail") : t("forwarded", { target: target ?? "" });
    return [
      target !== null && <Sign key={`${id} forward`} icon={IconArrowForwardUp} words={words} />,
      quiet && <Sign key={`${id} quiet`} icon={IconBellOff} words={t("doNotDisturb")} />,
    ];
  });
}

function Sign({ icon: Picture, words }: { icon: typeof IconBellOff; words: string }) {
  return (
    <Tooltip label={words} withArrow events={{ hover: true, focus: true, touch: true }}>
      <ThemeIcon color="red" variant="light" role="img" aria-label={words} tabIndex={0}>
        <Picture size={18} aria-hidden />
      </ThemeIcon>
    </Tooltip>
  );
}
