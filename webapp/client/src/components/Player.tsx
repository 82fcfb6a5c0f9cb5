/** A player with the wave form of the sound; its drawing loads when the first one is opened. */
import { ActionIcon, Alert, Box, Group, SegmentedControl, Slider, Text, useMantineTheme } from "@mantine/core";
import { useColorScheme } from "@mantine/hooks";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type WaveSurfer from "wavesurfer.js";

import type { Peaks } from "@/api/generated/types.gen";
import { duration } from "@/components/format";
import { nonce } from "@/shell/nonce";

const SPEEDS = ["0.8", "1", "1.25", "1.5", "2"];
const HEIGHT = 48;

interface Props {
  /** Address of the audio; it is asked for in parts. */
  url: string;
  /** From the server: the sound itself is not loaded to draw it. */
  peaks: Peaks;
  /** What is heard, for screen readers. */
  label: string;
  /** Called when it plays for the first time. */
  onPlay?: () => void;
}

/** Play, pause, seek by mouse and keyboard, speed. */
export function Player({ url, peaks, label, onPlay }: Props) {
  const { t } = useTranslation("around");
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [broken, setBroken] = useState(false);
  const [speed, setSpeed] = useState("1");
  const wave = useRef<WaveSurfer | null>(null);
  const box = useWave({ url, peaks, wave, setPlaying, setAt, setBroken });
  const played = useRef(false);
  const toggle = () => {
    if (!played.current) onPlay?.();
    played.current = true;
    wave.current?.playPause().catch(() => setBroken(true));
  };
  if (broken) return <Alert color="red">{t("player.broken")}</Alert>;
  return (
    <Box role="group" aria-label={label}>
      <Group gap="sm" wrap="nowrap">
        <ActionIcon
          size={44}
          radius="xl"
          variant="filled"
          aria-label={playing ? t("player.pause") : t("player.play")}
          onClick={toggle}
        >
          {playing ? <IconPlayerPause size={22} aria-hidden /> : <IconPlayerPlay size={22} aria-hidden />}
        </ActionIcon>
        <Box flex={1} miw={0}>
          <Box ref={box} h={HEIGHT} aria-hidden data-wave />
          <Slider
            size={3}
            thumbSize={16}
            mt={4}
            min={0}
            max={Math.max(peaks.seconds, 0.1)}
            step={Math.max(0.5, peaks.seconds / 100)}
            value={at}
            label={null}
            thumbLabel={t("player.position")}
            onChange={(value) => wave.current?.setTime(value)}
            thumbProps={{ "aria-valuetext": duration(at) }}
          />
        </Box>
      </Group>
      <Group justify="space-between" mt="xs" pl={56}>
        <Text size="sm" c="dimmed" ff="monospace">
          {duration(at)} / {duration(peaks.seconds)}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={t("player.speed")}
          data={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
          value={speed}
          onChange={(value) => {
            setSpeed(value);
            wave.current?.setPlaybackRate(Number(value), true);
          }}
        />
      </Group>
    </Box>
  );
}

interface Parts extends Pick<Props, "url" | "peaks"> {
  wave: { current: WaveSurfer | null };
  setPlaying: (playing: boolean) => void;
  setAt: (seconds: number) => void;
  setBroken: (broken: boolean) => void;
}

/** One wave form of all channels: the sides of a call may be apart. */
export function loudest([first = [], ...others]: number[][]): number[] {
  return first.map((value, index) => Math.max(value, ...others.map((each) => each[index] ?? 0)));
}

/** Draws into the element that the returned ref is given to, and keeps `wave` at what plays. */
function useWave({ url, peaks, wave, setPlaying, setAt, setBroken }: Parts) {
  const box = useRef<HTMLDivElement>(null);
  const { colors } = useMantineTheme();
  const dark = useColorScheme() === "dark";
  const [rest, done] = [colors.gray[dark ? 6 : 4], colors.harbour?.[dark ? 4 : 7]];
  useEffect(() => {
    let gone = false;
    void import("wavesurfer.js").then(({ default: Wave }) => {
      if (gone || !box.current) return;
      const made = Wave.create({
        container: box.current,
        url,
        peaks: [loudest(peaks.peaks)],
        duration: peaks.seconds,
        height: HEIGHT,
        barWidth: 2,
        barGap: 1,
        barRadius: 2,
        normalize: true,
        cursorWidth: 0,
        dragToSeek: true,
        cspNonce: nonce(),
        ...(rest && { waveColor: rest }),
        ...(done && { progressColor: done }),
      });
      made.on("play", () => setPlaying(true));
      made.on("pause", () => setPlaying(false));
      made.on("finish", () => setPlaying(false));
      made.on("timeupdate", setAt);
      made.on("error", () => setBroken(true));
      wave.current = made;
    });
    return () => {
      gone = true;
      wave.current?.destroy();
      wave.current = null;
    };
  }, [url, peaks, rest, done, wave, setPlaying, setAt, setBroken]);
  return box;
}
