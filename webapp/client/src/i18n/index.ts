/** Texts: English is the form, Dutch must have the same keys. One language is loaded, and of it what is shown. */
import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";

import type en from "./en";
import type nl from "./nl";

export type Language = "en" | "nl";
type Texts = typeof en;
export type Namespace = keyof Texts;
/** The same keys with any words: fails to compile where a language misses a text or has one too many. */
type Same<A, B> = [keyof A, keyof B] extends [keyof B, keyof A]
  ? { [K in keyof A]: A[K] extends string ? string : K extends keyof B ? Same<A[K], B[K]> : never }
  : never;
type Checked = typeof nl extends Same<Texts, typeof nl> ? true : never;
const complete: Checked = true;

type Words = Record<string, unknown>;
const AT_ONCE: readonly Namespace[] = ["around", "phone", "shell", "status"];
const first: Record<string, () => Promise<{ default: Record<string, Words> }>> = {
  en: () => import("./en/atOnce"),
  nl: () => import("./nl/atOnce"),
};
const later = import.meta.glob<{ default: Words }>(["./*/*.json", "!./*/{around,phone,shell,status}.json"]);

async function words(language: string, namespace: string): Promise<Words | undefined> {
  const alone = later[`./${language}/${namespace}.json`];
  return alone ? (await alone()).default : (await first[language]?.())?.default[namespace];
}

const files: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    words(language, namespace).then(
      (found) => done(null, found ?? null),
      (error: unknown) => done(String(error), true),
    );
  },
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

/** Shows a language everywhere, once it is loaded; also what screen readers and hyphenation go by. */
export async function showLanguage(language: Language): Promise<void> {
  if (i18next.isInitialized) {
    await i18next.changeLanguage(language);
  } else {
    await i18next.use(files).use(initReactI18next).init({
      lng: language,
      fallbackLng: false,
      defaultNS: "shell",
      ns: AT_ONCE,
      interpolation: { escapeValue: false },
      returnNull: !complete,
    });
  }
  document.documentElement.lang = language;
}

/** The loader of a route whose screen needs these texts: they come together with its code. */
export function texts(...namespaces: Namespace[]): () => Promise<void> {
  return () => i18next.loadNamespaces(namespaces);
}
