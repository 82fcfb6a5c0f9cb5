/** What the core is asked to do with calls, over REST. Each rejects with the sentence of the refusal. */

import {
  callsConsultCreate,
  callsCreate,
  callsDivertCreate,
  callsHangUpCreate,
  callsHoldCreate,
  callsJoinCreate,
  callsMoveCreate,
  callsParkCreate,
  callsRecordCreate,
  callsSwapCreate,
  callsTransferCreate,
  liveRoomsInviteCreate,
  liveRoomsMembersCreate,
  phoneCreate,
} from "@/api/generated";

import type { Account } from "./jssipLine";

const throwOnError = true;

/** The device of this person for browsers, with the ICE servers of the moment. `instance` names the browser. */
export async function openAccount(instance: string): Promise<Account> {
  const { data } = await phoneCreate({ throwOnError });
  return {
    device: data.device,
    username: data.username,
    domain: data.domain,
    displayName: data.display_name,
    iceServers: data.ice_servers.map(({ urls, username, credential }) => ({
      urls,
      ...(username ? { username } : {}),
      ...(credential ? { credential } : {}),
    })),
    instance,
  };
}

export async function holdOn(call: string, on: boolean): Promise<void> {
  await callsHoldCreate({ path: { call_id: call }, body: { on }, throwOnError });
}

/** Blind: the other side goes to `number`, I am out of it. */
export async function transferTo(call: string, number: string): Promise<void> {
  await callsTransferCreate({ path: { call_id: call }, body: { number }, throwOnError });
}

/** Attended: the other sides of my two calls go on together. */
export async function transferInto(call: string, other: string): Promise<void> {
  await callsTransferCreate({ path: { call_id: call }, body: { to_call: other }, throwOnError });
}

/** The other side waits while I ask somebody else. */
export async function consult(call: string, number: string): Promise<void> {
  await callsConsultCreate({ path: { call_id: call }, body: { number }, throwOnError });
}

export async function swapWith(call: string, other: string): Promise<void> {
  await callsSwapCreate({ path: { call_id: call }, body: { to_call: other }, throwOnError });
}

/** One conference of the call, and of another one of mine. */
export async function joinCalls(call: string, other?: string): Promise<void> {
  await callsJoinCreate({ path: { call_id: call }, body: other ? { to_call: other } : {}, throwOnError });
}

/** Returns the number of the parking place. */
export async function parkCall(call: string): Promise<string> {
  const { data } = await callsParkCreate({ path: { call_id: call }, body: {}, throwOnError });
  return data.slot;
}

export async function moveTo(call: string, device: string): Promise<void> {
  await callsMoveCreate({ path: { call_id: call }, body: { device }, throwOnError });
}

export async function record(
  call: string,
  action: "start" | "pause" | "resume" | "stop" | "keep" | "discard",
): Promise<void> {
  await callsRecordCreate({ path: { call_id: call }, body: { action }, throwOnError });
}

/** A call that rings for me goes to my mailbox. */
export async function toVoicemail(call: string): Promise<void> {
  await callsDivertCreate({ path: { call_id: call }, body: {}, throwOnError });
}

export async function hangUpCall(call: string): Promise<void> {
  await callsHangUpCreate({ path: { call_id: call }, throwOnError });
}

async function invite(room: string, number: string): Promise<void> {
  await liveRoomsInviteCreate({ path: { room }, body: { number }, throwOnError });
}

/** Calls `number` into the conference `room`; without one the call becomes one first. */
export async function addTo(call: string, room: string | null, number: string): Promise<void> {
  if (room) return invite(room, number);
  const { data } = await callsJoinCreate({ path: { call_id: call }, body: {}, throwOnError });
  await invite(data.id, number);
}

export async function changeMember(
  room: string,
  leg: string,
  action: "mute" | "unmute" | "remove",
): Promise<void> {
  await liveRoomsMembersCreate({ path: { room, leg }, body: { action }, throwOnError });
}

/** Rings one of my other phones first, then the number. */
export async function dialWith(
  extension: string,
  device: string,
  number: string,
  callerId: string | null,
  isRecorded: boolean,
): Promise<void> {
  const body = { extension, device, number, caller_id: callerId, record: isRecorded };
  await callsCreate({ body, throwOnError });
}
