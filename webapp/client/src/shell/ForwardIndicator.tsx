import { Badge } from "@mantine/core";
import { IconArrowForwardUp, IconBellOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";

import { useEntities } from "@/live/store";

/** Says when calls do not reach this person as usual: a forward of all calls, or do not disturb. */
export function ForwardIndicator() {
  const { t } = useTranslation();
  return [...useEntities("me")].flatMap(([id, { forward, do_not_disturb: quiet }]) => {
    const target = forward.all ?? forward.status;
    const words = target === "voicemail" ? t("forwardedVoicemail") : t("forwarded", { target: target ?? "" });
    return [
      target !== null && (
        <Badge key={`${id} forward`} color="yellow" variant="light" leftSection={<IconArrowForwardUp size={14} />}>
          {words}
        </Badge>
      ),
      quiet && (
        <Badge key={`${id} quiet`} color="red" variant="light" leftSection={<IconBellOff size={14} />}>
          {t("doNotDisturb")}
        </Badge>
      ),
    ];
  });
}
