import { Button, Group, Input, Select, Slider } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Ringtone, RINGTONES, sampleRing } from "@/phone/audio";
import { AudioDevices } from "@/phone/AudioDevices";
import { audioChoice, chooseAudio } from "@/phone/choice";
import { usePreferences, useSavePreferences } from "@/settings/preferences";
import { Section } from "@/settings/Section";

const NAMES = Object.keys(RINGTONES) as Ringtone[];

/** Devices of this browser, and how it rings. */
export function Sound() {
  const { t } = useTranslation("settings");
  return (
    <>
      <Section title={t("sound.devices")} text={t("sound.devicesText")}>
        <AudioDevices />
      </Section>
      <Section title={t("sound.ringing")}>
        <Ringing />
      </Section>
    </>
  );
}

function Ringing() {
  const { t } = useTranslation("settings");
  const { ring_audio: ring = {} } = usePreferences();
  const save = useSavePreferences();
  const [volume, setVolume] = useState(Math.round((ring.volume ?? audioChoice().ringVolume) * 100));
  const end = useRef(() => {});
  useEffect(() => () => end.current(), []);
  const listen = (change: Parameters<typeof chooseAudio>[0] = {}) => {
    end.current();
    end.current = sampleRing(chooseAudio(change));
  };
  return (
    <>
      <Group align="flex-end">
        <Select
          label={t("sound.ringtone")}
          allowDeselect={false}
          value={ring.ringtone ?? "classic"}
          data={NAMES.map((name) => ({ value: name, label: t(`sound.tones.${name}`) }))}
          onChange={(ringtone) => {
            if (ringtone === null) return;
            save({ ring_audio: { ringtone } });
            listen({ ringtone });
          }}
        />
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          onClick={() => listen()}
        >
          {t("sound.listen")}
        </Button>
      </Group>
      <div>
        <Input.Label component="div" mb={4} aria-hidden>
          {t("sound.volume")}
        </Input.Label>
        <Slider
          maw={360}
          mb="lg"
          value={volume}
          onChange={setVolume}
          onChangeEnd={(percent) => {
            save({ ring_audio: { volume: percent / 100 } });
            listen({ ringVolume: percent / 100 });
          }}
          step={5}
          label={(percent) => `${percent}%`}
          thumbLabel={t("sound.volume")}
          marks={[{ value: 0 }, { value: 50 }, { value: 100 }]}
        />
      </div>
    </>
  );
}
