/** Before all tests: matchers, English texts, what jsdom lacks. */
import "@testing-library/jest-dom/vitest";

import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll, vi } from "vitest";

import { showLanguage, texts } from "@/i18n";
import en from "@/i18n/en";

Object.defineProperty(window, "matchMedia", {
  value: (query: string) => ({
    matches: query.includes("min-width"),
    media: query,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }),
});
window.ResizeObserver = class {
  observe = vi.fn();
  unobserve = vi.fn();
  disconnect = vi.fn();
};
Element.prototype.scrollIntoView = vi.fn();
window.scrollTo = vi.fn();

beforeAll(async () => {
  await showLanguage("en");
  await texts(...(Object.keys(en) as (keyof typeof en)[]))();
});
afterEach(cleanup);
