import { defineConfig } from "@hey-api/openapi-ts";

/** REST types, one function per endpoint and TanStack Query options, from the schema Django writes. */
export default defineConfig({
  input: process.env.CENTRALE_OPENAPI ?? "../../build/client-types/openapi.json",
  output: { path: "src/api/generated", clean: true },
  logs: { level: "warn", file: false },
  plugins: [
    { name: "@hey-api/client-fetch", runtimeConfigPath: "@/api/client" },
    "@hey-api/typescript",
    "@hey-api/sdk",
    "@tanstack/react-query",
  ],
});
