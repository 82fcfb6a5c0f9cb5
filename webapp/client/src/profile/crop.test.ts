import { expect, it } from "vitest";

import { sideOf } from "@/profile/crop";

it("sends no more pixels than the photo has, and no more than are shown", () => {
  expect(sideOf({ x: 0, y: 0, width: 3000, height: 3000 })).toBe(512);
  expect(sideOf({ x: 5, y: 5, width: 120.4, height: 120.4 })).toBe(120);
  expect(sideOf({ x: 0, y: 0, width: 0.2, height: 0.2 })).toBe(1);
});
