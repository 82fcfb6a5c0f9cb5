/** Which audio devices this browser uses. Device ids mean nothing elsewhere, so they stay here. */

import type { AudioChoice } from "./audio";

const KEY = "centrale-audio";
const SYSTEM: AudioChoice = { microphone: "", speaker: "", ringer: "", ringVolume: 0.8, ringtone: "classic" };

export function audioChoice(): AudioChoice {
  try {
    return { ...SYSTEM, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<AudioChoice>) };
  } catch {
    return SYSTEM;
  }
}

export function chooseAudio(change: Partial<AudioChoice>): AudioChoice {
  const chosen = { ...audioChoice(), ...change };
  localStorage.setItem(KEY, JSON.stringify(chosen));
  return chosen;
}
