import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { compressed } from "./build/compressed.ts";
import { serviceWorker } from "./build/serviceWorker.ts";

/** A backend that runs already, for `npm run dev`. */
const backend = process.env.CENTRALE_BACKEND ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/static/client/" : "/app/",
  // Django puts the nonce of each answer in the place of this word.
  html: { cspNonce: "__NONCE__" },
  resolve: { alias: { "@": `${import.meta.dirname}/src` } },
  plugins: [react(), serviceWorker(), compressed()],
  build: {
    outDir: process.env.CENTRALE_CLIENT_OUT ?? "../../build/client",
    // Open pages still ask for parts of the build before this one; config/setup/client.py removes old ones.
    emptyOutDir: false,
    manifest: "manifest.json",
    target: ["chrome120", "firefox121", "safari17"],
    // Nothing as data: address: the policy of scripts and styles stays "self" and the nonce.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/ws", "/admin", "/static", "/healthz"].map((path) => [
        path,
        { target: backend, ws: path === "/ws", changeOrigin: false },
      ]),
    ),
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    testTimeout: 20_000,
  },
}));
