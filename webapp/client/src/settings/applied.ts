/** What is kept of a person's preferences takes effect in this browser. */
import { useMantineColorScheme } from "@mantine/core";
import { useEffect } from "react";

import { chooseAudio } from "@/phone/choice";
import { ownKeys } from "@/settings/keys";
import { usePreferences } from "@/settings/preferences";
import { useShortcuts } from "@/shell/shortcuts";

export function useAppliedPreferences(): void {
  const { theme, shortcuts, ring_audio: ring } = usePreferences();
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (theme) setColorScheme(theme);
  }, [theme, setColorScheme]);
  useEffect(() => {
    useShortcuts.setState({ own: ownKeys(shortcuts ?? {}) });
  }, [shortcuts]);
  const { ringtone, volume } = ring ?? {};
  useEffect(() => {
    chooseAudio({
      ...(ringtone !== undefined && { ringtone }),
      ...(volume !== undefined && { ringVolume: volume }),
    });
  }, [ringtone, volume]);
}
