import { expect, it } from "vitest";

import type { Item, Message } from "@/api/generated/types.gen";
import { format } from "@/components/format";
import { queryOf, rowsOf } from "@/history/shown";
import { partyName } from "@/recordings/names";
import { callerOf, queryOf as messagesOf } from "@/voicemail/folders";

it("asks the server for what is shown", () => {
  const asked = { shown: "all", q: "", days: [null, null], bundled: false } as const;
  expect(queryOf(asked, "UTC")).toEqual({});
  expect(queryOf({ ...asked, shown: "missed", bundled: true, q: "010" }, "UTC")).toEqual({
    missed: true,
    bundle: "caller",
    q: "010",
  });
  expect(queryOf({ ...asked, shown: "out", days: ["2026-11-20", null] }, "UTC")).toEqual({
    direction: "out",
    started_after: "2026-11-20T00:00:00.000Z",
  });
});

it("puts calls under the days of the person's zone", () => {
  const [late, early] = ["2026-11-20T23:30:00Z", "2026-11-20T22:30:00Z"].map((at, id) => ({ at, id }) as Item);
  const rows = rowsOf([late!, early!], format("nl", "Europe/Amsterdam").isoDay);
  expect(rows).toEqual([{ day: late!.at }, { item: late }, { day: early!.at }, { item: early }]);
  expect(rowsOf([late!, early!], format("nl", "UTC").isoDay)).toHaveLength(3);
});

it("shows the best name there is", () => {
  const told = { contact: null, caller_name: "", display: "010 123 4567", caller_number: "+31101234567" };
  expect(callerOf(told as Message)).toBe("010 123 4567");
  expect(callerOf({ ...told, caller_name: "Eva" } as Message)).toBe("Eva");
  expect(partyName(null)).toBe("");
  expect(partyName({ number: "201", name: "", display: "201", contact: null })).toBe("201");
});

it("keeps deleted messages apart", () => {
  expect(messagesOf("b", "new", "")).toEqual({ mailbox: "b", deleted: false, read: false });
  expect(messagesOf("b", "deleted", "x")).toEqual({ mailbox: "b", deleted: true, q: "x" });
});
