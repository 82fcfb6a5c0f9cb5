import { Alert, Box } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { Player } from "@/components/Player";
import type { Take } from "@/voicemail/take";

/** -46 dB: below this nobody spoke into the microphone. */
const SILENCE = 0.005;

/** Listening to a take. The keyboard is on its first button, which plays. */
export function Review({ take }: { take: Take }) {
  const { t } = useTranslation("voicemail");
  const box = useRef<HTMLDivElement>(null);
  const [url] = useState(() => URL.createObjectURL(take.file));
  useEffect(() => () => URL.revokeObjectURL(url), [url]);
  useEffect(() => box.current?.querySelector("button")?.focus(), []);
  return (
    <Box ref={box}>
      <Player url={url} peaks={take.peaks} label={t("record.take")} />
      {take.loudest < SILENCE && (
        <Alert color="yellow" mt="sm">
          {t("record.silent")}
        </Alert>
      )}
    </Box>
  );
}
