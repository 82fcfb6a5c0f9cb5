import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconMicrophone, IconPlayerStopFilled } from "@tabler/icons-react";
import { useMachine } from "@xstate/react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";

import { duration } from "@/components/format";
import { Level } from "@/phone/Level";
import { useTalking } from "@/phone/useTalking";
import { recorder } from "@/voicemail/recorder";
import { Review } from "@/voicemail/Review";
import { useRecordWords } from "@/voicemail/useRecordWords";

interface Props {
  /** What the greeting is for. */
  name: string;
  /** Seconds. */
  limit: number;
  sending: boolean;
  onUse: (file: File) => void;
  onClose: () => void;
}

/** Speaking a greeting, listening back, using it or recording again. */
export function RecordDialog({ name, limit, sending, onUse, onClose }: Props) {
  const { t } = useTranslation(["voicemail", "around", "shell"]);
  const [{ context, value: state }, send] = useMachine(recorder, { input: { limit } });
  const talking = useTalking();
  useEffect(() => {
    if (talking) send({ type: "stop", why: "call" });
  }, [talking, send]);
  const words = useRecordWords(state, context, talking);
  const { take, problem } = context;
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      // What was spoken is not lost by a click beside it.
      closeOnClickOutside={false}
      title={t("record.title", { name })}
      closeButtonProps={{ "aria-label": t("shell:close") }}
    >
      <Stack>
        <div>
          <Text role="status">{words}</Text>
          {problem && (
            <Alert color="red" role="alert">
              {t(`record.problem.${problem}`)}
            </Alert>
          )}
        </div>
        {state === "recording" && (
          <>
            <Level level={context.level} />
            <Text role="timer" ta="center" fz={32} ff="monospace">
              {duration(context.seconds)} / {duration(limit)}
            </Text>
          </>
        )}
        {take ? (
          <Review take={take} />
        ) : (
          <StartStop
            recording={state === "recording"}
            busy={state === "asking" || state === "preparing"}
            disabled={talking}
            start={() => send({ type: "record" })}
            stop={() => send({ type: "stop", why: "stopped" })}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("around:cancel")}
          </Button>
          {take && (
            <>
              <Button variant="default" disabled={talking || sending} onClick={() => send({ type: "record" })}>
                {t("record.again")}
              </Button>
              <Button loading={sending} onClick={() => onUse(take.file)}>
                {t("record.use")}
              </Button>
            </>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

interface StartStopProps {
  recording: boolean;
  busy: boolean;
  disabled: boolean;
  start: () => void;
  stop: () => void;
}

/** One button, so that the keyboard stays on it. */
function StartStop({ recording, busy, disabled, start, stop }: StartStopProps) {
  const { t } = useTranslation("voicemail");
  const button = useRef<HTMLButtonElement>(null);
  // It comes back when somebody records again.
  useEffect(() => button.current?.focus(), []);
  return (
    <Group justify="center">
      <Button
        ref={button}
        size="lg"
        color="red"
        data-autofocus
        // Not `disabled` for the moment that it waits: that would take the keyboard away.
        data-disabled={busy || undefined}
        aria-disabled={busy}
        disabled={disabled && !recording}
        leftSection={recording ? <IconPlayerStopFilled size={22} aria-hidden /> : <IconMicrophone size={22} aria-hidden />}
        onClick={recording ? stop : start}
      >
        {recording ? t("record.stop") : t("record.start")}
      </Button>
    </Group>
  );
}
