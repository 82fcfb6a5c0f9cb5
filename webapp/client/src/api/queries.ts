/** The one cache of REST answers. */
import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "@/api/errors";

const TRIES = 3;

/** Trying again helps against a server that is away or busy, not against a refusal. */
export function worthAnotherTry(failures: number, error: Error): boolean {
  if (error instanceof ApiError && error.status >= 400 && error.status < 500) return false;
  return failures < TRIES;
}

/** Live events say when something changed, so answers stay good for a while and focus asks nothing. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The server may be in the same building: ask it even when the browser thinks there is no network.
      queries: { networkMode: "always", staleTime: 30_000, retry: worthAnotherTry, refetchOnWindowFocus: false },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

export const queryClient = newQueryClient();
