import { Button, SimpleGrid } from "@mantine/core";
import {
  IconCircleDot,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconParking,
  IconPlayerPause,
  IconPlayerPlay,
  IconTransfer,
  IconUserPlus,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useTranslation } from "react-i18next";

import type { Card } from "./cards";
import { holdOn, parkCall, record } from "./commands";
import { useMayRecord } from "./mine";
import { phone } from "./phone";
import { resume } from "./resume";
import { showParked } from "./showParked";
import { useCommand } from "./useCommand";

interface CardActionsProps {
  readonly card: Card;
  /** Its keys are shown. */
  readonly keypad: boolean;
  readonly onKeypad: () => void;
  readonly onTransfer: () => void;
  readonly onAdd: () => void;
}

/** The buttons of a call that goes on. */
export function CardActions({ card, keypad, onKeypad, onTransfer, onAdd }: CardActionsProps) {
  const { t } = useTranslation("phone");
  const { busy, run } = useCommand();
  const mayRecord = useMayRecord();
  const { leg, call } = card;
  const held = call?.held_by_me ?? false;
  const muted = leg?.muted ?? false;
  return (
    <SimpleGrid cols={{ base: 3, xs: 4 }} spacing="xs">
      {leg ? (
        <Action
          icon={muted ? IconMicrophoneOff : IconMicrophone}
          label={muted ? t("action.unmute") : t("action.mute")}
          active={muted}
          onClick={() => phone.mute(leg.key, !muted)}
        />
      ) : null}
      {call ? (
        <Action
          icon={held ? IconPlayerPlay : IconPlayerPause}
          label={held ? t("action.resume") : t("action.hold")}
          active={held}
          disabled={busy}
          onClick={() => run(() => (held ? resume(call) : holdOn(call.id, true)))}
        />
      ) : null}
      {leg ? <Action icon={IconDialpad} label={t("action.keypad")} active={keypad} onClick={onKeypad} /> : null}
      {call ? (
        <>
          {call.room === null ? (
            <>
              <Action icon={IconTransfer} label={t("action.transfer")} onClick={onTransfer} />
              <Action
                icon={IconParking}
                label={t("action.park")}
                disabled={busy}
                onClick={() => run(async () => showParked(await parkCall(call.id)))}
              />
            </>
          ) : null}
          <Action icon={IconUserPlus} label={t("action.add")} onClick={onAdd} />
          {mayRecord ? (
            <Action
              icon={IconCircleDot}
              label={call.recording ? t("action.stopRecord") : t("action.record")}
              active={call.recording}
              disabled={busy}
              onClick={() => run(() => record(call.id, call.recording ? "stop" : "start"))}
            />
          ) : null}
        </>
      ) : null}
    </SimpleGrid>
  );
}

interface ActionProps {
  readonly icon: ComponentType<{ size: number; stroke: number }>;
  readonly label: string;
  /** Of what is on or off. */
  readonly active?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function Action({ icon: Icon, label, active, disabled = false, onClick }: ActionProps) {
  return (
    <Button
      variant={active ? "filled" : "default"}
      h={64}
      px={2}
      disabled={disabled}
      aria-pressed={active}
      onClick={onClick}
      styles={{
        label: {
          flexDirection: "column",
          justifyContent: "center",
          gap: 4,
          whiteSpace: "normal",
          fontSize: 11,
          lineHeight: 1.15,
        },
      }}
    >
      <Icon size={22} stroke={1.6} />
      {label}
    </Button>
  );
}
