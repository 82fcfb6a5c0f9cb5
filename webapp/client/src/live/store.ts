/** The one store of live state; filled by connection.ts, read with the hooks below. */
import { useEffect, useSyncExternalStore } from "react";
import { create } from "zustand";

import { changed, type Entities, fromState, nothing } from "@/live/entities";
import type { ConnectionState, Kind, ServerMessage, ValueOf } from "@/live/types";

interface LiveState {
  readonly entities: Entities;
  readonly connection: ConnectionState;
  /** False until the first full state came. */
  readonly known: boolean;
  readonly stream: string | null;
  /** Of the last message taken in; with `stream` it names where to resume. */
  readonly number: number;
  /** Seconds that the server's clock is ahead of ours. */
  readonly ahead: number;
}

const START: LiveState = {
  entities: nothing(),
  connection: "connecting",
  known: false,
  stream: null,
  number: 0,
  ahead: 0,
};

export const useLive = create<LiveState>(() => START);

/** Takes a message in. `now` is our own clock in Unix seconds. */
export function take(message: ServerMessage, now: number): void {
  const { setState, getState } = useLive;
  if (message.type === "pong") {
    setState({ ahead: message.time - now });
  } else if (message.type === "events") {
    const last = message.events.at(-1);
    if (last === undefined) return;
    setState({ entities: changed(getState().entities, message.events), number: last.number });
  } else {
    setState({
      stream: message.stream,
      ahead: message.time - now,
      known: true,
      // A hello that resumes is followed by what we missed, numbered after what we have.
      ...(message.state && { entities: fromState(message.state), number: message.number }),
    });
  }
}

export function setConnection(connection: ConnectionState): void {
  useLive.setState({ connection });
}

/** Forgets everything, when somebody signs out and between tests. */
export function forgetLive(): void {
  useLive.setState(START, true);
}

/** All entities of a kind, by id. The map is a new one only when one of them changed. */
export function useEntities<K extends Kind>(kind: K): ReadonlyMap<string, ValueOf<K>> {
  return useLive((live) => live.entities[kind]);
}

/** One entity; undefined when it is not there. */
export function useEntity<K extends Kind>(kind: K, id: string): ValueOf<K> | undefined {
  return useLive((live) => live.entities[kind].get(id));
}

/** Calls `listener` whenever an entity of this kind changes, not for those that are there already. */
export function onEntities(kind: Kind, listener: () => void): () => void {
  return useLive.subscribe((now, before) => {
    if (before.known && now.entities[kind] !== before.entities[kind]) listener();
  });
}

/** Like onEntities, while the component is shown. `listener` must be stable (useCallback). */
export function useOnEntities(kind: Kind, listener: () => void): void {
  useEffect(() => onEntities(kind, listener), [kind, listener]);
}

/** Unix seconds by the server's clock: durations count from its times. */
export function serverNow(): number {
  return Date.now() / 1000 + useLive.getState().ahead;
}

const tickers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribeToSeconds(tick: () => void): () => void {
  tickers.add(tick);
  timer ??= setInterval(() => {
    for (const each of tickers) each();
  }, 1000);
  return () => {
    tickers.delete(tick);
    if (tickers.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The server's time in whole Unix seconds; renders once a second. All that count, count together. */
export function useSeconds(): number {
  return useSyncExternalStore(subscribeToSeconds, () => Math.floor(serverNow()));
}
