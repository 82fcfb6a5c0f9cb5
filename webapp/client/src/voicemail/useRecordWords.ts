import { useTranslation } from "react-i18next";

import { duration } from "@/components/format";
import type { RecordContext } from "@/voicemail/recordMachine";

/** Seconds before the limit at which people are told. */
const SOON = 10;

/** What the recorder does, in a sentence; screen readers say it when it changes. */
export function useRecordWords(
  state: string,
  { limit, seconds, ending, take }: RecordContext,
  talking: boolean,
): string {
  const { t } = useTranslation("voicemail");
  const longest = duration(limit);
  switch (state) {
    case "asking":
      return t("record.asking");
    case "recording":
      return limit - seconds > SOON ? t("record.recording") : t("record.soon", { count: SOON });
    case "preparing":
      return t("record.preparing");
    case "taken":
      return t(`record.ended.${ending}`, { time: duration(take?.peaks.seconds ?? 0), longest });
    case "failed":
      return talking ? t("record.talking") : "";
    default:
      return talking ? t("record.talking") : t("record.ready", { longest });
  }
}
