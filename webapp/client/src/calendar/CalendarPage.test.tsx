import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { CalendarPage } from "@/calendar/CalendarPage";
import { renderScreen } from "@/testing/render";

const server = setupServer(
  http.get("*/api/v1/status-plans/expand/", () => HttpResponse.json([])),
  http.get("*/api/v1/statuses/", () => HttpResponse.json({ count: 0, results: [] })),
);
beforeAll(() => {
  Element.prototype.scrollTo = () => undefined; // jsdom has none
  server.listen();
});
afterAll(() => server.close());

describe("the calendar", () => {
  it("can be filled without dragging", async () => {
    renderScreen(<CalendarPage />);
    await userEvent.click(await screen.findByRole("button", { name: "Plan a status" }));
    await userEvent.selectOptions(await screen.findByLabelText("Repeats"), "WEEKLY");
    expect(await screen.findByLabelText("Every how many weeks")).toBeInTheDocument();
  });
});
