/** How the generated API client talks to the server: session cookie, CSRF header, errors as ApiError. */
import { ApiError, toApiError } from "@/api/errors";
import type { CreateClientConfig } from "@/api/generated/client.gen";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** The CSRF token of this session; Django sets the cookie with the page. */
export function csrfToken(cookies: string = document.cookie): string {
  const found = /(?:^|;\s*)centrale_csrf=([^;]+)/.exec(cookies);
  return found?.[1] ?? "";
}

type Listener = () => void;
const ended = new Set<Listener>();

/** `listener` is called when the server says that nobody is signed in here any more. Returns the remover. */
export function onSessionEnded(listener: Listener): () => void {
  ended.add(listener);
  return () => ended.delete(listener);
}

/** Tells all listeners that the session is over (also called by the live connection, code 4401). */
export function sessionEnded(): void {
  for (const listener of ended) listener();
}

const refused = new Set<Listener>();

/** `listener` is called when the server wants policies accepted first. Returns the remover. */
export function onPoliciesPending(listener: Listener): () => void {
  refused.add(listener);
  return () => refused.delete(listener);
}

/**
 * fetch with our headers. Also for what the generated client cannot do (uploads with progress, audio).
 * Throws ApiError for every answer that is not 2xx, and with status 0 when the server is not reached.
 */
export async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, { credentials: "same-origin", ...init });
  if (!SAFE.has(request.method)) request.headers.set("X-CSRFToken", csrfToken());
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiError(0, "", {}, "");
  }
  if (answer.ok) return answer;
  if (answer.status === 401) sessionEnded();
  const error = await toApiError(answer);
  if (error.status === 403 && error.code === "policies") for (const listener of refused) listener();
  throw error;
}

export const createClientConfig: CreateClientConfig = (config) => ({
  ...config,
  // The schema names paths from the root; absolute for Node's fetch in tests too.
  baseUrl: window.location.origin,
  fetch: send,
  throwOnError: true,
});
