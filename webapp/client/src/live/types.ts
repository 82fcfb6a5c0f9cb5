/** The generated messages, by kind. */
import type { Change, Hello } from "@/live/generated";

export type Entity = NonNullable<Change["put"]>;
export type Kind = Entity["kind"];
/** What is known of an entity of this kind: ValueOf<"call"> is a Call. */
export type ValueOf<K extends Kind> = Extract<Entity, { kind: K }>["value"];

export type ServerMessage = Hello | { type: "events"; events: Change[] } | { type: "pong"; time: number };

/**
 * connecting: first try; open: what is shown is true; waiting: lost, comes back by itself; offline: the browser has
 * no network; refused: the server wants nothing from this page (wrong origin).
 */
export type ConnectionState = "connecting" | "open" | "waiting" | "offline" | "refused";
