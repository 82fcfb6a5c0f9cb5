import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { onPoliciesPending, onSessionEnded } from "@/api/client";
import { meOptions } from "@/api/me";
import { queryClient } from "@/api/queries";
import { languageOf, showLanguage } from "@/i18n";
import { router } from "@/router";
import { keepForOffline } from "@/shell/offline";
import { Providers } from "@/shell/Providers";

// A whole new page: nothing of the person stays. Who was not signed in is sent there by the routes.
onSessionEnded(() => {
  if (queryClient.getQueryData(meOptions.queryKey) === undefined) return;
  const { pathname, href } = router.state.location;
  if (pathname !== "/sign-in") location.assign(`/app/sign-in?next=${encodeURIComponent(href)}`);
});

// A new version was published while this page is open: who I am says so, and the way in asks.
onPoliciesPending(() => {
  const known = queryClient.getQueryData(meOptions.queryKey);
  if (known === undefined || known.pending_policies.length > 0) return;
  void queryClient.invalidateQueries({ queryKey: meOptions.queryKey }).then(() => router.invalidate());
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

if (import.meta.env.PROD) keepForOffline();
