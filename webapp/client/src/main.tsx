import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { onSessionEnded } from "@/api/client";
import { queryClient } from "@/api/queries";
import { languageOf, showLanguage } from "@/i18n";
import { router } from "@/router";
import { Providers } from "@/shell/Providers";

onSessionEnded(() => {
  queryClient.clear();
  const { pathname, href } = router.state.location;
  if (pathname !== "/sign-in") void router.navigate({ to: "/sign-in", search: { next: href } });
});

// Django writes the language that this person or browser wants into the page.
await showLanguage(languageOf(document.documentElement.lang));
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Providers>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
);
