/** Shows a component as the client does, with a person signed in. */
import { QueryClientProvider } from "@tanstack/react-query";
import { MantineProvider } from "@mantine/core";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render, type RenderResult } from "@testing-library/react";
import type { ReactNode } from "react";

import { type Me, meOptions } from "@/api/me";
import { newQueryClient } from "@/api/queries";
import { theme, variables } from "@/shell/theme";

export const anna: Me = {
  id: "0190aaaa-0000-7000-8000-000000000001",
  email: "anna@alpha.test",
  name: "Anna de Vries",
  role: "user",
  organisation: "0190aaaa-0000-7000-8000-000000000002",
  organisation_name: "Alpha",
  language: "en",
  time_zone: "Europe/Amsterdam",
  shown_language: "en",
  shown_time_zone: "Europe/Amsterdam",
  extensions: [{ id: "0190aaaa-0000-7000-8000-000000000003", number: "201", name: "Anna" }],
  applications: [
    { code: "phone", url: "/app/phone" },
    { code: "contacts", url: "/app/contacts" },
    { code: "administration", url: "/admin/" },
  ],
  pending_policies: [],
  second_factor: { totp: false, mail: false, mail_possible: false, recovery_codes: 0, demanded: false },
  preferences: {},
  has_password: true,
  csrf: "",
  last_login: null,
  created_at: "2026-11-01T09:00:00Z",
};

/** Renders `children` at `path`, with `me` (default Anna, a user) signed in. Await findBy… afterwards. */
export function renderScreen(children: ReactNode, { me = anna, path = "/" } = {}): RenderResult {
  const queryClient = newQueryClient();
  queryClient.setQueryData(meOptions.queryKey, me);
  const rootRoute = createRootRoute();
  const anywhere = createRoute({ getParentRoute: () => rootRoute, path: "$", component: () => children });
  const router = createRouter({
    routeTree: rootRoute.addChildren([anywhere]),
    history: createMemoryHistory({ initialEntries: [path] }),
  });
  return render(
    <QueryClientProvider client={queryClient}>
      <MantineProvider theme={theme} cssVariablesResolver={variables} env="test">
        <RouterProvider router={router as never} />
      </MantineProvider>
    </QueryClientProvider>,
  );
}
