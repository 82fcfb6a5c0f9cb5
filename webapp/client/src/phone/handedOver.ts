/** Numbers that come from outside while the application is open: from the browser extension, or from a tel: link to
 * the installed application. Only the dial field takes them; nothing is loaded again, so calls go on. */

import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { create } from "zustand";

/** The extension asks with it; cancelled: taken. An empty one only asks whether a number would be taken. */
const EVENT = "centrale-dial";
const LONGEST = 64;

/** How many numbers have come. */
export const useHanded = create<{ readonly count: number }>(() => ({ count: 0 }));

/** The number of an address of ours with `?dial=`, as tel: links are opened; "" without one. */
export function numberIn(address: string): string {
  try {
    const { origin, searchParams } = new URL(address);
    return origin === location.origin ? (searchParams.get("dial") ?? "") : "";
  } catch {
    return "";
  }
}

declare global {
  interface Window {
    /** Chromium's, for installed applications that are open already (Web App Launch Handler API). */
    readonly launchQueue?: { setConsumer(consumer: (params: { targetURL?: string }) => void): void };
  }
}

export function useHandedNumbers(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const take = (number: string) => {
      if (!number) return;
      useHanded.setState(({ count }) => ({ count: count + 1 }));
      void navigate({ to: "/phone", search: { dial: number.slice(0, LONGEST) } });
    };
    const handed = (event: Event) => {
      if (!(event instanceof CustomEvent) || typeof event.detail !== "string") return;
      event.preventDefault();
      take(event.detail);
    };
    document.addEventListener(EVENT, handed);
    window.launchQueue?.setConsumer(({ targetURL }) => take(numberIn(targetURL ?? "")));
    return () => document.removeEventListener(EVENT, handed);
  }, [navigate]);
}
