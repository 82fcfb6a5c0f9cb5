import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { partOfDay } from "@/start/partOfDay";
import { StartPage } from "@/start/StartPage";
import { anna, renderScreen } from "@/testing/render";

describe("the start page", () => {
  it("has a tile for each application one may open, and no other", async () => {
    renderScreen(<StartPage />);
    expect(await screen.findByRole("link", { name: /Phone/ })).toHaveAttribute("href", "/phone");
    expect(screen.getByRole("link", { name: /Administration/ })).toHaveAttribute("href", "/admin/");
    expect(screen.queryByRole("link", { name: /Recordings/ })).toBeNull();
    expect(screen.getByText("You can be reached at 201.")).toBeVisible();
  });

  it("tells those without an extension what to do", async () => {
    renderScreen(<StartPage />, { me: { ...anna, extensions: [] } });
    expect(await screen.findByText(/Ask your administrator/)).toBeVisible();
  });

  it("greets by the person's own clock", () => {
    const now = new Date("2026-11-21T23:30:00Z");
    expect(partOfDay(now, "Europe/Amsterdam")).toBe("evening");
    expect(partOfDay(now, "Asia/Tokyo")).toBe("morning");
    expect(partOfDay(now, "Pacific/Auckland")).toBe("afternoon");
  });
});
