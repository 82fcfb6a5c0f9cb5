import { Alert } from "@mantine/core";
import { IconMicrophoneOff } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { watchLevel } from "./audio";
import { phone } from "./phone";

/** -30 dB (see `watchLevel`): a voice near the microphone, not a room. */
const SPEAKING = 0.5;
const SHOWN_MS = 3000;

/** Tells somebody who speaks that the leg `leg` is muted. Shown only while it is. */
export function MutedNotice({ leg }: { leg: string }) {
  const { t } = useTranslation("phone");
  const [speaking, setSpeaking] = useState(false);
  useEffect(() => {
    const used = phone.microphone(leg);
    if (!used) return;
    // The call's own track is silent; a copy is not.
    const copy = used.clone();
    for (const track of copy.getTracks()) track.enabled = true;
    let heardAt = -Infinity;
    const unwatch = watchLevel(copy, (level) => {
      const now = performance.now();
      if (level > SPEAKING) heardAt = now;
      setSpeaking(now - heardAt < SHOWN_MS);
    });
    return () => {
      unwatch();
      phone.audio.release(copy);
    };
  }, [leg]);
  if (!speaking) return null;
  return (
    <Alert color="orange" role="status" p="xs" icon={<IconMicrophoneOff size={18} />}>
      {t("mutedSpeaking")}
    </Alert>
  );
}
