import { afterEach, describe, expect, it, vi } from "vitest";

import { csrfToken, onSessionEnded, send } from "@/api/client";
import { ApiError } from "@/api/errors";
import { worthAnotherTry } from "@/api/queries";

const answers = (status: number, body: string) =>
  vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(body, { status }));
const url = "http://localhost/api/v1/x/";

async function failure(work: Promise<unknown>): Promise<ApiError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

afterEach(() => vi.restoreAllMocks());

describe("requests", () => {
  it("carry the CSRF token when they change something", async () => {
    document.cookie = "other=1";
    document.cookie = "centrale_csrf=abc";
    const fetched = answers(200, "{}");
    await send(url, { method: "POST" });
    await send(url);
    const [posted, got] = fetched.mock.calls.map(([request]) => request as Request);
    expect(posted?.headers.get("X-CSRFToken")).toBe("abc");
    expect(got?.headers.get("X-CSRFToken")).toBeNull();
    expect(csrfToken("nothing=here")).toBe("");
  });

  it("fail with the server's words", async () => {
    answers(400, '{"number": ["Not a number."], "detail": "No.", "code": "bad"}');
    const error = await failure(send(url));
    expect(error).toMatchObject({ status: 400, detail: "No.", code: "bad", fields: { number: ["Not a number."] } });
    expect(worthAnotherTry(0, error)).toBe(false);
  });

  it("survive an error page of a proxy", async () => {
    answers(502, "<html>Bad gateway</html>");
    const error = await failure(send(url));
    expect(error).toMatchObject({ status: 502, detail: "", fields: {} });
    expect(worthAnotherTry(0, error)).toBe(true);
    expect(worthAnotherTry(3, error)).toBe(false);
  });

  it("tell when the server is not reached", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("network"));
    expect(await failure(send(url))).toMatchObject({ status: 0 });
  });

  it("tell that the session ended", async () => {
    const listener = vi.fn();
    const remove = onSessionEnded(listener);
    answers(401, '{"detail": "Sign in."}');
    await failure(send(url));
    remove();
    await failure(send(url));
    expect(listener).toHaveBeenCalledOnce();
  });
});
