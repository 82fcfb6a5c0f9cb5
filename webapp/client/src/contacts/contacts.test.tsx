import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { onSessionEnded } from "@/api/client";
import type { Entry } from "@/api/generated/types.gen";
import { ContactForm } from "@/contacts/ContactForm";
import { ContactRow } from "@/contacts/ContactRow";
import { blank, draftOf } from "@/contacts/draft";
import { sendFile } from "@/contacts/ImportDialog";
import { queryOf } from "@/contacts/shown";
import type { Colleague } from "@/live/generated";
import { forgetLive, take } from "@/live/store";
import { renderScreen } from "@/testing/render";

const dial = vi.hoisted(() => vi.fn());
vi.mock("@/phone/phone", () => ({ phone: { dial } }));

const bob: Entry = {
  kind: "internal",
  id: "e2",
  name: "Bob Bakker",
  first_name: "Bob",
  last_name: "Bakker",
  company: "",
  department: "Sales",
  job_role: "",
  email: "",
  address: "",
  note: "",
  numbers: [{ number: "202", type: "internal", display: "202" }],
  person: null,
  photo: null,
  favourite: true,
  vip: false,
  blocked: false,
  may_edit: false,
};

// Fields that grow with their text ask the fonts, which jsdom does not have.
Object.defineProperty(document, "fonts", { value: { addEventListener: vi.fn(), removeEventListener: vi.fn() } });

const server = setupServer();
beforeAll(() => server.listen());
beforeEach(forgetLive);
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

it("asks the server for what is shown", () => {
  expect(queryOf("all", "")).toEqual({ limit: 100 });
  expect(queryOf("external", "ann")).toEqual({ limit: 100, q: "ann", kind: ["external"] });
  expect(queryOf("vip", "")).toEqual({ limit: 100, vip: true });
});

describe("the form", () => {
  it("begins with what is known of a caller", () => {
    const { values } = blank("+31612345678", "Eva van Dam");
    expect(values).toMatchObject({ first_name: "Eva", last_name: "van Dam" });
    expect(values.numbers).toEqual([{ number: "+31612345678", type: "mobile" }]);
    expect(blank("201").values.numbers[0]?.type).toBe("internal");
    expect(draftOf({ ...bob, kind: "external" }).values).toMatchObject({ kind: "external", department: "Sales" });
  });

  it("wants a name, and sends numbers that were filled in", async () => {
    const user = userEvent.setup();
    let sent: unknown = null;
    server.use(
      http.post("*/api/v1/contacts/", async ({ request }) => {
        sent = await request.json();
        return HttpResponse.json({ ...bob, kind: "personal", id: "c1" }, { status: 201 });
      }),
    );
    const close = vi.fn();
    renderScreen(<ContactForm draft={blank("+31201234567")} close={close} />);
    await user.click(await screen.findByRole("button", { name: "Save" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Give a name or a company.");
    await user.type(screen.getByLabelText("Company"), "Acme");
    await user.click(screen.getByRole("button", { name: "Add a number" }));
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(close).toHaveBeenCalledWith(expect.objectContaining({ id: "c1" })));
    expect(sent).toMatchObject({
      kind: "personal",
      company: "Acme",
      numbers: [{ number: "+31201234567", type: "work" }],
    });
  });
});

it("shows live whether a colleague talks, and calls", async () => {
  const user = userEvent.setup();
  const value = { state: "talking", status: null, number: "202", name: "Bob" } as Colleague;
  take({ type: "hello", stream: "s", number: 1, time: 0, state: [{ kind: "colleague", id: "e2", value }] }, 0);
  renderScreen(<ContactRow entry={bob} open={() => undefined} />);
  expect(await screen.findByRole("img", { name: "in a call" })).toBeVisible();
  expect(screen.getByRole("img", { name: "Favourite" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Call Bob Bakker" }));
  expect(dial).toHaveBeenCalledWith("202");
});

it("tells wrong lines of a file, and other refusals as errors", async () => {
  const told = { made: 0, changed: 0, unchanged: 0, errors: [{ line: 2, column: null, problem: "No name" }] };
  const file = new File(["name\n"], "a.csv");
  server.use(http.post("*/api/v1/contacts/import/", () => HttpResponse.json(told, { status: 400 })));
  expect(await sendFile(file, true)).toEqual(told);
  server.use(
    http.post("*/api/v1/contacts/import/", () => HttpResponse.json({ file: ["No CSV"] }, { status: 400 })),
  );
  await expect(sendFile(file, true)).rejects.toMatchObject({ status: 400, fields: { file: ["No CSV"] } });
});

it("notices at the import that the session is over", async () => {
  const ended = vi.fn();
  const forget = onSessionEnded(ended);
  server.use(http.post("*/api/v1/contacts/import/", () => HttpResponse.json({ detail: "Sign in" }, { status: 401 })));
  await expect(sendFile(new File(["name\n"], "a.csv"), true)).rejects.toMatchObject({ status: 401 });
  expect(ended).toHaveBeenCalledOnce();
  forget();
});
