import { describe, expect, it } from "vitest";

import { looksOf } from "@/settings/browsers";
import { actionOf, holder, keysOf, ownKeys, shortcutOf } from "@/settings/keys";
import { merged } from "@/settings/preferences";

const pressed = (key: string, code: string, held: Partial<Record<"ctrlKey" | "altKey" | "shiftKey" | "metaKey", true>> = {}) =>
  keysOf({ key, code, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...held });

describe("keys of one's own", () => {
  it("have the server's names", () => {
    expect(shortcutOf("hang_up")).toBe("phone.hangUp");
    expect(shortcutOf("go_start")).toBe("shell.goTo.start");
    expect(actionOf("shell.shortcuts")).toBe("help");
    expect(actionOf("shell.goTo.administration")).toBeNull();
    expect(ownKeys({ mute: "f9", help: "" })).toEqual({ "phone.mute": "f9", "shell.shortcuts": "" });
  });

  it("are read from the keyboard", () => {
    expect(pressed("Control", "ControlLeft", { ctrlKey: true })).toBeNull();
    expect(pressed("M", "KeyM", { ctrlKey: true, shiftKey: true })).toBe("ctrl+shift+m");
    expect(pressed("F9", "F9")).toBe("f9");
    expect(pressed("?", "Slash", { shiftKey: true })).toBe("?");
    expect(pressed("Enter", "Enter")).toBe("");
    // ">" and "," mean something in a list of keys.
    expect(pressed(">", "Period", { shiftKey: true })).toBe("");
  });

  it("do one thing each", () => {
    const shortcut = (id: string, keys: string) => ({ id, keys, label: id, group: "" });
    const shown = [shortcut("a", "f9"), shortcut("b", "g>c"), shortcut("c", "")];
    expect(holder(shown, "x", "f9")?.id).toBe("a");
    expect(holder(shown, "a", "f9")).toBeNull();
    expect(holder(shown, "x", "g")?.id).toBe("b");
    expect(holder(shown, "x", "g>c>d")?.id).toBe("b");
    expect(holder(shown, "x", "")).toBeNull();
  });
});

describe("preferences", () => {
  it("change by key, objects too", () => {
    const before = { theme: "dark", ring_audio: { volume: 0.5, ringtone: "bell" }, widgets: ["a"] } as const;
    expect(merged({ ...before, widgets: ["a"] }, { ring_audio: { volume: 1 }, widgets: [] })).toEqual({
      theme: "dark",
      ring_audio: { volume: 1, ringtone: "bell" },
      widgets: [],
    });
  });
});

describe("sessions", () => {
  it("are told in words", () => {
    const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
    expect(looksOf(chrome)).toEqual({ browser: "Chrome", system: "Windows", mobile: false });
    expect(looksOf(`${chrome} Edg/140.0`).browser).toBe("Edge");
    const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1";
    expect(looksOf(iphone)).toEqual({ browser: "Safari", system: "iPhone", mobile: true });
    expect(looksOf("curl/8")).toEqual({ browser: "", system: "", mobile: false });
  });
});
