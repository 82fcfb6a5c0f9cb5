import { Alert, Select, Stack } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { type AudioChoice, watchLevel } from "./audio";
import { audioChoice, chooseAudio } from "./choice";
import { Level } from "./Level";
import { phone } from "./phone";

// A list outside the popover would close it when clicked.
const INSIDE = { withinPortal: false } as const;

/** Choice of devices with the level of the microphone. Works during a call too. */
export function AudioDevices() {
  const { t } = useTranslation("phone");
  const [choice, setChoice] = useState<AudioChoice>(audioChoice);
  const { devices, level, denied } = useDevices(choice.microphone);
  const choose = (change: Partial<AudioChoice>) => {
    setChoice(chooseAudio(change));
    phone.devicesChanged();
  };
  const of = (kind: MediaDeviceKind) => [
    { value: "", label: t("audio.system") },
    ...devices
      .filter((each) => each.kind === kind && each.deviceId !== "" && each.deviceId !== "default")
      .map((each) => ({ value: each.deviceId, label: each.label || each.deviceId.slice(0, 8) })),
  ];
  return (
    <Stack gap="sm" w={280} maw="100%">
      {denied ? <Alert color="red">{t("audio.denied")}</Alert> : null}
      <Select
        label={t("audio.microphone")}
        allowDeselect={false}
        comboboxProps={INSIDE}
        data={of("audioinput")}
        value={choice.microphone}
        onChange={(microphone) => choose({ microphone: microphone ?? "" })}
      />
      <Level level={level} />
      <Select
        label={t("audio.speaker")}
        allowDeselect={false}
        comboboxProps={INSIDE}
        data={of("audiooutput")}
        value={choice.speaker}
        onChange={(speaker) => choose({ speaker: speaker ?? "" })}
      />
      <Select
        label={t("audio.ringer")}
        allowDeselect={false}
        comboboxProps={INSIDE}
        data={of("audiooutput")}
        value={choice.ringer}
        onChange={(ringer) => choose({ ringer: ringer ?? "" })}
      />
    </Stack>
  );
}

/** The devices there are, kept up to date, and how loud the chosen microphone is (0 to 1). */
function useDevices(microphone: string): { devices: MediaDeviceInfo[]; level: number; denied: boolean } {
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [level, setLevel] = useState(0);
  const [denied, setDenied] = useState(false);
  useEffect(() => {
    let over = false;
    let end = () => {};
    const look = () =>
      void navigator.mediaDevices.enumerateDevices().then((found) => over || setDevices(found));
    phone.audio
      .microphone()
      .then((stream) => {
        const unwatch = watchLevel(stream, setLevel);
        end = () => {
          unwatch();
          phone.audio.release(stream);
        };
        if (over) end();
        // Only now have the devices names.
        look();
      })
      .catch(() => setDenied(true));
    navigator.mediaDevices.addEventListener("devicechange", look);
    return () => {
      over = true;
      end();
      navigator.mediaDevices.removeEventListener("devicechange", look);
    };
  }, [microphone]);
  return { devices, level, denied };
}
