import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { ChangePassword } from "@/settings/ChangePassword";
import { SecondFactorStep } from "@/signin/SecondFactorStep";
import { CodeForm } from "@/signin/CodeForm";
import { keeps, keepsAll } from "@/signin/passwordRules";
import { destination, problemCode } from "@/signin/state";
import { renderScreen } from "@/testing/render";

const API = "*/api/v1";
const RULES = ["length", "upper", "lower", "digit", "others"].map((code) => ({ code, text: `Rule ${code}` }));
const state = (step: string) => ({ step, second_factor: null, mail: true, password_rules: RULES, csrf: "x" });
const server = setupServer(http.get(`${API}/auth/`, () => HttpResponse.json(state("done"))));

beforeAll(() => server.listen());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

describe("rules of passwords", () => {
  it("are checked while typing, but for what only the server knows", () => {
    expect(keeps("upper", "É")).toBe(true);
    expect(keeps("digit", "abc")).toBe(false);
    expect(keeps("others", "abc")).toBeNull();
    expect(keepsAll(RULES, "Harbour-27")).toBe(true);
    expect(keepsAll(RULES, "harbour-27")).toBe(false);
  });
});

describe("the way on", () => {
  it("is a screen of ours or Django's administration", () => {
    expect(destination("/phone?dial=1")).toBe("/app/phone?dial=1");
    expect(destination("/admin/")).toBe("/admin/");
    expect(destination("/calls/?page=2")).toBe("/calls/?page=2");
    expect(problemCode("cancelled")).toBe("cancelled");
    expect(problemCode("<new>")).toBe("provider");
  });
});

describe("a code", () => {
  it("of six digits is sent as soon as it is there, once", async () => {
    const sent = vi.fn();
    renderScreen(<CodeForm label="Code" submit="Go" error={null} busy={false} onCode={sent} />);
    const field = await screen.findByLabelText("Code");
    await userEvent.type(field, "12 34 5");
    expect(sent).not.toHaveBeenCalled();
    await userEvent.type(field, "67");
    expect(sent).toHaveBeenCalledExactlyOnceWith("123456");
  });

  it("can be of another kind, and its refusal is read out", async () => {
    server.use(
      http.post(`${API}/auth/second-factor/`, async ({ request }) => {
        expect(await request.json()).toEqual({ method: "recovery", code: "abcde-fghjk" });
        return HttpResponse.json({ detail: "Wrong code.", code: "code" }, { status: 400 });
      }),
    );
    renderScreen(<SecondFactorStep step={{ methods: ["totp", "recovery"], mail_hint: "" }} />);
    await userEvent.click(await screen.findByRole("button", { name: "Recovery code" }));
    await userEvent.type(screen.getByLabelText("Recovery code"), "abcde-fghjk{Enter}");
    expect(await screen.findByRole("alert")).toHaveTextContent("Wrong code.");
  });
});

describe("another password", () => {
  it("is sent when the rules are kept; what the server says of it stands at the field", async () => {
    const sent = vi.fn();
    server.use(
      http.post(`${API}/me/password/`, async ({ request }) => {
        sent(await request.json());
        return HttpResponse.json({ password: ["Too common."] }, { status: 400 });
      }),
    );
    renderScreen(<ChangePassword />);
    await screen.findByText("Rule others");
    await userEvent.type(screen.getByLabelText("Current password"), "Old-Harbour-1");
    await userEvent.type(screen.getByLabelText("New password"), "short{Enter}");
    expect(await screen.findByText(/does not meet all rules/)).toBeVisible();
    expect(sent).not.toHaveBeenCalled();
    await userEvent.clear(screen.getByLabelText("New password"));
    await userEvent.type(screen.getByLabelText("New password"), "New-Harbour-2{Enter}");
    await waitFor(() => expect(sent).toHaveBeenCalledWith({ current: "Old-Harbour-1", password: "New-Harbour-2" }));
    expect(await screen.findByText("Too common.")).toBeVisible();
  });
});
