import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";

import type { Hello, Me } from "@/live/generated";
import { forgetLive, setConnection, take } from "@/live/store";
import { applicationsOf } from "@/shell/applications";
import { ConnectionDot } from "@/shell/ConnectionDot";
import { ForwardIndicator } from "@/shell/ForwardIndicator";
import { useShortcuts } from "@/shell/shortcuts";
import { ShortcutSheet } from "@/shell/ShortcutSheet";
import { SideNavigation } from "@/shell/SideNavigation";
import { anna, renderScreen } from "@/testing/render";

const forward = { all: null, busy: null, no_answer: null, status: null };
const mine = (changes: Partial<Me>) => ({
  kind: "me" as const,
  id: "e1",
  value: { do_not_disturb: false, forward, ...changes } as Me,
});
const hello = (state: Hello["state"]) => take({ type: "hello", stream: "s", number: 1, time: 0, state }, 0);

beforeEach(forgetLive);

describe("what is around every screen", () => {
  it("leads to the applications of the person, and tells which is open", async () => {
    renderScreen(<SideNavigation />, { path: "/contacts" });
    expect(await screen.findByRole("link", { name: "Contacts" })).toHaveAttribute("aria-current", "page");
    expect(screen.getByRole("link", { name: "Phone" })).not.toHaveAttribute("aria-current");
    expect(screen.getByRole("link", { name: "Administration" })).toHaveAttribute("href", "/admin/");
  });

  it("leaves out applications of a newer server", () => {
    expect(applicationsOf({ applications: [{ code: "hologram", url: "/app/hologram" }] })).toHaveLength(1);
  });

  it("counts unheard messages", async () => {
    hello([
      { kind: "mailbox", id: "1", value: { name: "A", number: "1", shared: false, new: 2, old: 0 } },
      { kind: "mailbox", id: "2", value: { name: "B", number: "2", shared: true, new: 1, old: 4 } },
    ]);
    const applications = [{ code: "voicemail", url: "/app/voicemail" }];
    renderScreen(<SideNavigation />, { me: { ...anna, applications } });
    expect(await screen.findByRole("link", { name: /Voicemail.*3/ })).toBeVisible();
  });

  it("says in words that it is not live", async () => {
    renderScreen(<ConnectionDot />);
    expect(await screen.findByRole("status", { name: "Connecting…" })).toBeVisible();
    setConnection("waiting");
    expect(await screen.findByText(/Connection lost/)).toBeVisible();
    setConnection("open");
    hello([{ kind: "core", id: "core", value: { state: "away" } }]);
    expect(await screen.findByText(/telephone service does not answer/)).toBeVisible();
  });

  it("says where calls go", async () => {
    hello([mine({ forward: { ...forward, status: "voicemail" } })]);
    renderScreen(<ForwardIndicator />);
    expect(await screen.findByRole("img", { name: "All calls go to voicemail" })).toBeVisible();
    hello([mine({ forward: { ...forward, all: "+31201234567", status: "voicemail" }, do_not_disturb: true })]);
    expect(await screen.findByRole("img", { name: "All calls go to +31201234567" })).toBeVisible();
    expect(screen.getByRole("img", { name: "Do not disturb" })).toBeVisible();
  });

  it("lists its shortcuts on ?", async () => {
    renderScreen(<ShortcutSheet />);
    await waitFor(() => expect(useShortcuts.getState().shown.has("shell.shortcuts")).toBe(true));
    await userEvent.keyboard("?");
    expect(await screen.findByText("Go to Contacts")).toBeInTheDocument();
  });
});
