import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { DaysInput } from "@/components/DaysInput";
import { renderScreen } from "@/testing/render";

it("names its calendar and the arrows in it, at every step out", async () => {
  renderScreen(<DaysInput value={["2026-11-03", "2026-11-05"]} onChange={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: "From day to day: 3 Nov 2026 – 5 Nov 2026" }));
  expect(await screen.findByRole("dialog", { name: "From day to day: 3 Nov 2026 – 5 Nov 2026" })).toBeInTheDocument();
  for (const [names, out] of [
    [["Previous month", "Next month"], "November 2026"],
    [["Previous year", "Next year"], "2026"],
    [["Ten years back", "Ten years on"], undefined],
  ] as const) {
    for (const name of names) expect(await screen.findByRole("button", { name })).toBeInTheDocument();
    if (out) await userEvent.click(screen.getByRole("button", { name: out }));
  }
});
