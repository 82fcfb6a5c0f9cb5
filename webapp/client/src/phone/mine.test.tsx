import { screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import type { Me } from "@/live/generated";
import { forgetLive, take } from "@/live/store";
import { useMine } from "@/phone/mine";
import { renderScreen } from "@/testing/render";

const me = (number: string): Me => ({
  number,
  name: `Name ${number}`,
  phones: [],
  status: null,
  do_not_disturb: false,
  forward: { all: null, busy: null, no_answer: null, status: null },
  caller_id: null,
  mailboxes: [],
  may_record: true,
  may_call_out: true,
});

function Mine() {
  return <output>{useMine()?.value.number ?? "none"}</output>;
}

afterEach(forgetLive);

it("is the lowest number of one's own, in whatever order they come", async () => {
  const state = ["203", "201", "202"].map((number) => ({ kind: "me" as const, id: number, value: me(number) }));
  renderScreen(<Mine />);
  expect(await screen.findByText("none")).toBeVisible();
  take({ type: "hello", stream: "s", number: 1, time: 0, state: state.slice(0, 1) }, 0);
  expect(await screen.findByText("203")).toBeVisible();
  const events = state.map((put, place) => ({ number: 2 + place, put }));
  take({ type: "events", events }, 0);
  expect(await screen.findByText("201")).toBeVisible();
});
