import "@mantine/core/styles.css";
import "@/shell/global.css";

import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense } from "react";

import { queryClient } from "@/api/queries";
import { nonce } from "@/shell/nonce";
import { SCHEME_KEY, theme, variables } from "@/shell/theme";

/** Nobody waits for what shows toasts: those that come before it wait in their store. */
const Toasts = lazy(() => import("@/shell/Toasts"));
const schemes = localStorageColorSchemeManager({ key: SCHEME_KEY });

/** Everything that screens expect around them. */
export function Providers({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queryClient}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        colorSchemeManager={schemes}
        getStyleNonce={nonce}
      >
        <Suspense fallback={null}>
          <Toasts />
        </Suspense>
        {children}
      </MantineProvider>
    </QueryClientProvider>
  );
}
