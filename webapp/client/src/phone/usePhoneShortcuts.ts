/** The phone by keyboard, on every screen. */
import { useTranslation } from "react-i18next";

import { useShortcut } from "@/shell/shortcuts";

import type { Card } from "./cards";
import { holdOn } from "./commands";
import { phone } from "./phone";
import { resume } from "./resume";
import { useCommand } from "./useCommand";

export function usePhoneShortcuts(cards: readonly Card[]): void {
  const { t } = useTranslation("phone");
  const { run } = useCommand();
  const group = t("title");
  const ringing = cards.find((card) => card.state === "incoming")?.leg;
  const active = cards.find((card) => card.leg && card.state !== "incoming" && card.state !== "ended");
  const leg = active?.leg;
  const call = active?.call;
  useShortcut(
    { id: "phone.answer", keys: "ctrl+shift+a", label: t("incoming.answer"), group },
    () => ringing && phone.answer(ringing.key),
    { inFields: true },
  );
  useShortcut(
    { id: "phone.decline", keys: "ctrl+shift+x", label: t("incoming.decline"), group },
    () => ringing && phone.decline(ringing.key),
    { inFields: true },
  );
  useShortcut(
    { id: "phone.mute", keys: "ctrl+shift+m", label: t("action.mute"), group },
    () => leg && phone.mute(leg.key, !leg.muted),
    { inFields: true },
  );
  useShortcut(
    { id: "phone.hold", keys: "ctrl+shift+h", label: t("action.hold"), group },
    () => call && run(() => (call.held_by_me ? resume(call) : holdOn(call.id, true))),
    { inFields: true },
  );
  useShortcut(
    { id: "phone.hangUp", keys: "ctrl+shift+e", label: t("action.hangUp"), group },
    () => leg && phone.hangUp(leg.key),
    { inFields: true },
  );
}
