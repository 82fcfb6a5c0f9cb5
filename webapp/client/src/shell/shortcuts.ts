/** Keyboard shortcuts, and the list of them for the `?` sheet. */
import { useEffect } from "react";
import { useHotkeys } from "react-hotkeys-hook";
import { create } from "zustand";

export interface Shortcut {
  /** Stable name, <feature>.<what>; people's own keys are kept under it. */
  id: string;
  /** As react-hotkeys-hook writes them: "ctrl+shift+a", "g>p" for one after the other, "?". */
  keys: string;
  /** What it does, in the person's language. */
  label: string;
  /** Heading in the sheet. */
  group: string;
}

interface ShortcutState {
  shown: ReadonlyMap<string, Shortcut>;
  /** Keys that the person chose, by id; empty: none. */
  own: Readonly<Record<string, string>>;
}

/** The shortcuts that work on the present screen, and the person's own keys. */
export const useShortcuts = create<ShortcutState>(() => ({ shown: new Map(), own: {} }));

interface Options {
  enabled?: boolean;
  /** Also while typing in a field; for combinations with ctrl, alt or cmd only. */
  inFields?: boolean;
}

/** Makes a shortcut work while the component is shown, and lists it. */
export function useShortcut(shortcut: Shortcut, run: () => void, options: Options = {}): void {
  const { id, label, group } = shortcut;
  const { enabled = true, inFields = false } = options;
  const keys = useShortcuts((state) => state.own[id]) ?? shortcut.keys;
  // A sign such as ? is on another key of each keyboard: go by what is typed.
  const useKey = !/[+>]/.test(keys);
  const works = enabled && keys !== "";
  useHotkeys(keys, run, { enabled: works, useKey, enableOnFormTags: inFields, preventDefault: true }, [run]);
  useEffect(() => {
    if (!enabled) return;
    useShortcuts.setState(({ shown }) => ({ shown: new Map(shown).set(id, { id, keys, label, group }) }));
    return () => {
      useShortcuts.setState(({ shown }) => {
        const rest = new Map(shown);
        rest.delete(id);
        return { shown: rest };
      });
    };
  }, [id, keys, label, group, enabled]);
}
