import { useTranslation } from "react-i18next";

import type { Card } from "./cards";
import { useMine } from "./mine";

/** What a call is doing, in words. */
export function useCardState({ state, leg, call }: Card): string {
  const { t } = useTranslation("phone");
  const phones = useMine()?.value.phones ?? [];
  if (leg?.ended) return t(`ended.${leg.ended}`);
  if (state === "parked") return t("state.parked", { slot: call?.parked ?? "" });
  if (state === "elsewhere") {
    const own = call?.legs.find((each) => each.id === call.my_leg);
    const device = phones.find((each) => each.id === own?.device)?.name;
    return device ? t("state.elsewhere", { device }) : t("state.elsewhereUnknown");
  }
  if (state === "held" && call?.held_by_other && !call.held_by_me) return t("state.heldByOther");
  return t(`state.${state}`);
}
