"""What an organisation looks like to those who watch: every entity under its topic, kept up to date.

Old picture + events = a new picture of the new state, entity by entity. Each event touches a few *subjects*
(a call, an extension, a conference); only their entities are made again. Pure.
"""

from collections.abc import Callable, Iterable, Mapping

from pbx.control.messages import BindingState, CallRecord, Event, ExtensionState, RoomState
from pbx.control.state import View
from webapp.live import access, calls, people
from webapp.live.directory import Directory
from webapp.live.messages import (
    CallEntity,
    ColleagueEntity,
    CoreEntity,
    Entity,
    MailboxEntity,
    MeEntity,
    NoticeEntity,
    OfficeCallEntity,
    ParkedEntity,
    PickupEntity,
    RecordEntity,
    RoomEntity,
)
from webapp.live.office import Core, Finished, Mailbox, Notice

Place = tuple[str, str, str]  # topic, kind, id
Entities = dict[Place, Entity]
Changes = dict[Place, Entity | None]  # None: it is gone
Subject = tuple[str, str]

NOTICES = 20  # that are shown; the rest are in the list of notices


class Picture:
    """Of one organisation. What comes from the database beside the directory (counts of messages, records
    that are stored) is told by `mailbox` and `stored`. Every method gives what changed by it."""

    def __init__(self, directory: Directory, view: View) -> None:
        self.entities: Entities = {}
        self._made: dict[Subject, Entities] = {}
        self._counts: dict[str, tuple[int, int]] = {}
        self._latest: dict[str, str] = {}
        self._notices: dict[str, Notice] = {}
        self._up = False
        self._take(directory, view)
        self._renew(self._subjects())

    def replace(self, directory: Directory, view: View) -> Changes:
        """Another directory, or a new state of the core."""
        before = set(self._made)
        self._take(directory, view)
        return self._renew(before | self._subjects())

    def _take(self, directory: Directory, view: View) -> None:
        tenant = directory.tenant
        self.directory = directory
        self._calls: dict[str, CallRecord] = {}
        self._at: dict[str, dict[str, CallRecord]] = {}
        self._consults: dict[str, str] = {}
        self._bindings: dict[tuple[str, str], BindingState] = {}
        self._registered: dict[str, int] = {}
        self._states: dict[str, ExtensionState] = {}
        self._rooms: dict[str, RoomState] = {}
        for binding in view.bindings.values():
            if binding.tenant == tenant:
                self._bind(binding, there=True)
        for (owner, number), state in view.extensions.items():
            if owner == tenant:
                self._states[number] = state
        for (owner, key), room in view.rooms.items():
            if owner == tenant:
                self._rooms[key] = room
        for call in view.calls.values():
            if call.tenant == tenant:
                self._keep(call)

    def _subjects(self) -> set[Subject]:
        return {
            ("core", ""),
            *(("call", key) for key in self._calls),
            *(("extension", number) for number in self.directory.extensions),
            *(("room", key) for key in self._rooms),
            *(("mailbox", key) for key in self._counts),
            *(("record", person) for person in self._latest),
            *(("notice", key) for key in self._notices),
        }

    # --- what happens ---

    def apply(self, event: Event) -> Changes:
        """An event of this organisation."""
        touched: set[Subject] = set()
        if event.call is not None:
            touched = self._call(event.call, over=event.kind == "call.ended")
        elif event.binding is not None:
            touched = self._bind(event.binding, there=event.kind != "binding.removed")
        elif event.extension is not None:
            self._states[event.extension.extension] = event.extension
            touched = {("extension", event.extension.extension)}
        elif event.room is not None:
            if event.kind == "room.ended":
                self._rooms.pop(event.room.id, None)
            else:
                self._rooms[event.room.id] = event.room
            touched = {("room", event.room.id)}
        elif event.notice is not None:
            touched = self._notice(event)
        elif event.kind == "tenant.removed":
            touched = {("extension", number) for number in self._states}
            self._states.clear()
        return self._renew(touched)

    def core(self, *, up: bool) -> Changes:
        """The core came, or went away."""
        self._up = up
        return self._renew({("core", "")})

    def mailbox(self, counts: Mapping[str, tuple[int, int]]) -> Changes:
        """New and old messages, by mailbox."""
        self._counts.update(counts)
        return self._renew({("mailbox", key) for key in counts})

    def stored(self, call: CallRecord) -> Changes:
        """A finished call is in the history now."""
        found = dict.fromkeys(self._owners(leg.extension for leg in call.legs), call.id)
        self._latest.update(found)
        return self._renew({("record", person) for person in found})

    def _notice(self, event: Event) -> set[Subject]:
        notice = event.notice
        assert notice is not None
        self._notices[notice.id] = Notice(
            kind=notice.kind, text=notice.text, at=event.at, call=notice.call, extension=notice.extension
        )
        old = list(self._notices)[:-NOTICES]
        for key in old:
            del self._notices[key]
        return {("notice", key) for key in [*old, notice.id]}

    def _call(self, call: CallRecord, *, over: bool) -> set[Subject]:
        before = self._calls.get(call.id)
        self._forget(call.id)
        if not over:
            self._keep(call)
        touched: set[Subject] = {("call", call.id)}
        for record in (before, call):
            if record is None:
                continue
            touched.update(("extension", leg.extension) for leg in record.legs if leg.extension)
            if record.consulting is not None:
                touched.add(("call", record.consulting))
        if call.id in self._consults:
            touched.add(("call", self._consults[call.id]))
        return touched

    def _keep(self, call: CallRecord) -> None:
        self._calls[call.id] = call
        for leg in call.legs:
            if leg.extension:
                self._at.setdefault(leg.extension, {})[call.id] = call
        if call.consulting is not None:
            self._consults[call.consulting] = call.id

    def _forget(self, key: str) -> None:
        call = self._calls.pop(key, None)
        if call is None:
            return
        for leg in call.legs:
            there = self._at.get(leg.extension or "")
            if there is not None:
                there.pop(key, None)
                if not there:
                    del self._at[leg.extension or ""]
        if call.consulting is not None and self._consults.get(call.consulting) == key:
            del self._consults[call.consulting]

    def _bind(self, binding: BindingState, *, there: bool) -> set[Subject]:
        key = (binding.device, binding.contact)
        if there == (key in self._bindings):
            return set()
        count = self._registered.get(binding.device, 0) + (1 if there else -1)
        if there:
            self._bindings[key] = binding
        else:
            del self._bindings[key]
        if count:
            self._registered[binding.device] = count
        else:
            del self._registered[binding.device]
        number = self.directory.devices.get(binding.device)
        return set() if number is None else {("extension", number)}

    # --- what it looks like ---

    def _renew(self, subjects: Iterable[Subject]) -> Changes:
        changes: Changes = {}
        for subject in sorted(subjects):
            made = {} if not self._there(subject) else self._makers[subject[0]](self, subject[1])
            before = self._made.get(subject, {})
            for place, entity in made.items():
                if before.get(place) != entity:
                    changes[place] = self.entities[place] = entity
            for place in before.keys() - made.keys():
                changes[place] = None
                del self.entities[place]
            if made:
                self._made[subject] = made
            else:
                self._made.pop(subject, None)
        return changes

    def _there(self, subject: Subject) -> bool:
        kind, key = subject
        table: Mapping[str, object] | None = {
            "call": self._calls,
            "extension": self.directory.extensions,
            "room": self._rooms,
            "mailbox": self.directory.mailboxes,
            "record": self._latest,
            "notice": self._notices,
        }.get(kind)
        return table is None or key in table

    def _owners(self, numbers: Iterable[str | None]) -> set[str]:
        owners = {self.directory.owner(number) for number in numbers}
        return {person for person in owners if person is not None}

    def _make_call(self, key: str) -> Entities:
        call, directory = self._calls[key], self.directory
        active = self._calls.get(self._consults.get(key, ""))
        found: Entities = {
            (access.SUPERVISORS, "office_call", key): OfficeCallEntity(
                id=key, value=calls.office_call(call, directory)
            )
        }
        inside = {leg.extension for leg in calls.live_legs(call)} | {calls.consultant(call, active)}
        for person in self._owners(inside):
            value = calls.mine(call, frozenset(directory.people[person].numbers), directory, active)
            if value is not None:
                found[access.own(person), "call", key] = CallEntity(id=key, value=value)
        waiting = calls.parked(call)
        if waiting is not None:
            found[access.ALL, "parked", key] = ParkedEntity(id=key, value=waiting)
        return found | self._make_pickups(call)

    def _make_pickups(self, call: CallRecord) -> Entities:
        directory = self.directory
        by_topic: dict[str, list[str]] = {}
        for number in calls.rung(call):
            row = directory.extensions.get(number)
            if row is None:
                continue
            if number in directory.supervised:
                by_topic[access.rings(number)] = [number]
            if row.group is not None:
                by_topic.setdefault(access.group(row.group), []).append(number)
        return {
            (topic, "pickup", f"{call.id}/{topic}"): PickupEntity(
                id=f"{call.id}/{topic}", value=calls.pickup(call, numbers, directory)
            )
            for topic, numbers in by_topic.items()
        }

    def _make_extension(self, number: str) -> Entities:
        row, state = self.directory.extensions[number], self._states.get(number)
        value = people.colleague(
            row, self.directory, state, self._registered, self._at.get(number, {}).values()
        )
        found: Entities = {(access.ALL, "colleague", row.id): ColleagueEntity(id=row.id, value=value)}
        person = self.directory.owner(number)
        if person is not None:
            mine = people.me(row, self.directory, state, self._registered)
            found[access.own(person), "me", row.id] = MeEntity(id=row.id, value=mine)
        return found

    def _make_room(self, key: str) -> Entities:
        state = self._rooms[key]
        entity = RoomEntity(id=key, value=people.room(state, self.directory))
        owners = self._owners(member.extension for member in state.members)
        topics = [access.SUPERVISORS, *(access.part(person) for person in owners)]
        return {(topic, "room", key): entity for topic in topics}

    def _make_mailbox(self, key: str) -> Entities:
        row = self.directory.mailboxes[key]
        new, old = self._counts.get(key, (0, 0))
        value = Mailbox(name=row.name, number=row.number, shared=row.shared, new=new, old=old)
        return {(access.mailbox(key), "mailbox", key): MailboxEntity(id=key, value=value)}

    def _make_record(self, person: str) -> Entities:
        entity = RecordEntity(id="latest", value=Finished(call=self._latest[person]))
        return {(access.own(person), "record", "latest"): entity}

    def _make_notice(self, key: str) -> Entities:
        return {(access.ADMINS, "notice", key): NoticeEntity(id=key, value=self._notices[key])}

    def _make_core(self, _key: str) -> Entities:
        entity = CoreEntity(id="core", value=Core(state="up" if self._up else "away"))
        return {(access.ALL, "core", "core"): entity}

    _makers: Mapping[str, Callable[["Picture", str], Entities]] = {
        "call": _make_call,
        "extension": _make_extension,
        "room": _make_room,
        "mailbox": _make_mailbox,
        "record": _make_record,
        "notice": _make_notice,
        "core": _make_core,
    }
