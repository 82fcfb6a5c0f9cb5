import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin, Rolldown } from "vite";

/** Screens that open without a network: their words for it are better than the browser's. */
const KEPT = /\/(shell\/(Shell|Toasts)\.tsx|start\/StartPage\.tsx|i18n\/(en|nl)\/(atOnce\.ts|start\.json))$/;

/** All files that `names` load at once. */
function closure(bundle: Rolldown.OutputBundle, names: readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...names];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const chunk = bundle[name];
    if (found.has(name) || chunk?.type !== "chunk") continue;
    found.add(name);
    waiting.push(...chunk.imports);
  }
  return found;
}

/** Writes sw.js: build/worker.js with the files to keep, and a version that changes with them. */
export function serviceWorker(): Plugin {
  let base = "/";
  return {
    name: "centrale:service-worker",
    apply: "build",
    configResolved(config) {
      base = config.base;
    },
    generateBundle(_options, bundle) {
      const kept = Object.values(bundle).filter(
        (file) => file.type === "chunk" && (file.isEntry || KEPT.test(file.facadeModuleId ?? "")),
      );
      const scripts = closure(
        bundle,
        kept.map(({ fileName }) => fileName),
      );
      const styles = Object.keys(bundle).filter((name) => name.endsWith(".css"));
      const files = [...scripts, ...styles, "icon.svg"].sort().map((name) => base + name);
      const code = readFileSync(join(import.meta.dirname, "worker.js"), "utf8");
      const version = createHash("sha256").update(code).update(files.join()).digest("hex").slice(0, 16);
      const head = `const VERSION = "centrale-${version}";\nconst FILES = ${JSON.stringify(files, null, 1)};\n`;
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + code });
    },
  };
}
