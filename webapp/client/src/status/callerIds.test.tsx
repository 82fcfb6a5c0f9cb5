import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, it } from "vitest";

import type { CallerId } from "@/api/generated/types.gen";
import { useCallerIds } from "@/status/callerIds";
import { renderScreen } from "@/testing/render";

const MINE = "0190aaaa-0000-7000-8000-000000000003";
const given = { organisation: "o", created_at: "2026-11-01T09:00:00Z", everyone: false, extensions: [MINE] } as const;
const all: CallerId[] = [
  { ...given, id: "a", kind: "anonymous", name: "", shown: "", extensions: [MINE] },
  { ...given, id: "b", kind: "mobile", name: "", shown: "+31612345678", extensions: [MINE] },
  { ...given, id: "c", kind: "company", name: "Head office", shown: "+31201110010", everyone: true, extensions: [] },
  { ...given, id: "d", kind: "fixed", name: "Of somebody else", shown: "+31201110011", extensions: ["another"] },
];
const server = setupServer(http.get("*/api/v1/caller-ids/", () => HttpResponse.json({ count: 4, results: all })));
beforeAll(() => server.listen());
afterAll(() => server.close());

function Labels() {
  return useCallerIds(MINE).map(({ value, label }) => <li key={value}>{label}</li>);
}

it("offers what the extension may show, each by a name", async () => {
  renderScreen(<Labels />);
  await screen.findByText("No number");
  expect(screen.getAllByRole("listitem").map((each) => each.textContent)).toEqual([
    "No number",
    "+31612345678",
    "Head office · +31201110010",
  ]);
});
