/** Keys of one's own: the names under which the server keeps them, and reading them from the keyboard. */
import { type Shortcut } from "@/shell/shortcuts";

/** Actions that the server knows. */
const ACTIONS = [
  ...["answer", "decline", "hang_up", "mute", "hold", "swap", "transfer", "consult", "park", "record"],
  ...["keypad", "note", "search", "dial", "status", "caller_id"],
  ...["go_start", "go_phone", "go_contacts", "go_history", "go_voicemail", "go_recordings", "go_calendar", "go_settings"],
  "help",
];

/** The id of the shortcut for an action of the server: hang_up is phone.hangUp, go_start is shell.goTo.start. */
export function shortcutOf(action: string): string {
  if (action === "help") return "shell.shortcuts";
  if (action.startsWith("go_")) return `shell.goTo.${action.slice(3)}`;
  return `phone.${action.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase())}`;
}

const BY_SHORTCUT = new Map(ACTIONS.map((action) => [shortcutOf(action), action]));

/** The action whose keys a person may choose, or null for a shortcut that is fixed. */
export function actionOf(id: string): string | null {
  return BY_SHORTCUT.get(id) ?? null;
}

/** What the server keeps, by id of the shortcut. */
export function ownKeys(kept: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(kept).map(([action, keys]) => [shortcutOf(action), keys]));
}

const MODIFIERS = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph"]);
const NAMED: Readonly<Record<string, string>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  Home: "home",
  End: "end",
  PageUp: "pageup",
  PageDown: "pagedown",
  Insert: "insert",
  Pause: "pause",
};

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "shiftKey" | "metaKey">;

/**
 * The keys of an event as shortcuts write them ("ctrl+shift+m", "f9", "?").
 * null: a modifier alone, so the rest is still to come; "": not usable (Tab, Escape, Enter …).
 */
export function keysOf(event: Pressed): string | null {
  if (MODIFIERS.has(event.key)) return null;
  const held = [event.ctrlKey && "ctrl", event.altKey && "alt", event.metaKey && "meta"].filter((each) => each !== false);
  const plain = held.length === 0;
  // A sign alone goes by what is typed, wherever the key is; in a combination by the key.
  if (plain && /^[^\s+>,\w]$/u.test(event.key)) return event.key;
  const key = keyOf(event.code);
  if (key === "") return "";
  return [...held, ...(event.shiftKey ? ["shift"] : []), key].join("+");
}

function keyOf(code: string): string {
  const letter = /^(?:Key|Digit)(\w)$/.exec(code)?.[1];
  if (letter !== undefined) return letter.toLowerCase();
  if (/^F\d{1,2}$/.test(code)) return code.toLowerCase();
  return NAMED[code] ?? "";
}

/** Who has these keys already, or null. Also when one is the beginning of the other ("g" and "g>c"). */
export function holder(shown: Iterable<Shortcut>, id: string, keys: string): Shortcut | null {
  if (keys === "") return null;
  for (const other of shown) {
    if (other.id === id || other.keys === "") continue;
    if (other.keys === keys || other.keys.startsWith(`${keys}>`) || keys.startsWith(`${other.keys}>`)) return other;
  }
  return null;
}
