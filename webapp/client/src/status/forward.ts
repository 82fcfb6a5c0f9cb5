/** Which of the three choices a forward's target is. */
export function kindOf(target: string | null): "off" | "voicemail" | "number" {
  if (target === null) return "off";
  return target === "voicemail" ? "voicemail" : "number";
}
