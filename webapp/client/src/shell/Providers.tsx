import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@/shell/global.css";

import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { queryClient } from "@/api/queries";
import { nonce } from "@/shell/nonce";
import { SCHEME_KEY, theme, variables } from "@/shell/theme";

const schemes = localStorageColorSchemeManager({ key: SCHEME_KEY });

/** Everything that screens expect around them. */
export function Providers({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <QueryClientProvider client={queryClient}>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        colorSchemeManager={schemes}
        getStyleNonce={nonce}
      >
        <Notifications position="top-right" limit={4} aria-label={t("notifications")} />
        {children}
      </MantineProvider>
    </QueryClientProvider>
  );
}
