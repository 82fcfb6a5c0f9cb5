/** Texts: English is the form, Dutch must have the same keys. One language is loaded, not both. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import type en from "./en";
import type nl from "./nl";

export type Language = "en" | "nl";
type Texts = typeof en;
/** The same keys with any words: fails to compile where a language misses a text or has one too many. */
type Same<A, B> = [keyof A, keyof B] extends [keyof B, keyof A]
  ? { [K in keyof A]: A[K] extends string ? string : K extends keyof B ? Same<A[K], B[K]> : never }
  : never;
type Checked = typeof nl extends Same<Texts, typeof nl> ? true : never;
const complete: Checked = true;

const LOADERS: Record<Language, () => Promise<{ default: Texts | typeof nl }>> = {
  en: () => import("./en"),
  nl: () => import("./nl"),
};

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "shell";
    resources: Texts;
    returnNull: false;
  }
}

/** The language for a BCP 47 tag: ours when we have it, else English. */
export function languageOf(tag: string | null | undefined): Language {
  return tag?.toLowerCase().startsWith("nl") ? "nl" : "en";
}

/** Loads a language and shows it everywhere; also what screen readers and hyphenation go by. */
export async function showLanguage(language: Language): Promise<void> {
  const { default: texts } = await LOADERS[language]();
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: false,
      defaultNS: "shell",
      ns: Object.keys(texts),
      resources: { [language]: texts },
      interpolation: { escapeValue: false },
      returnNull: !complete,
    });
  } else {
    for (const [name, words] of Object.entries(texts)) i18next.addResourceBundle(language, name, words);
    await i18next.changeLanguage(language);
  }
  document.documentElement.lang = language;
}
