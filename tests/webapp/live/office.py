"""An office for tests of the live view: who is who, and any history of it."""

from hypothesis import strategies as st
from msgspec.structs import replace

from pbx.control.messages import (
    BindingState,
    CallRecord,
    Event,
    EventKind,
    ExtensionState,
    LegRecord,
    Notice,
    PathStep,
    RoomMember,
    RoomState,
)
from webapp.live.directory import Directory, ExtensionRow, MailboxRow, Person, PhoneRow, StatusRow
from webapp.organisations.roles import Role
from webapp.people.sockets import SignedIn

OURS, THEIRS = "ours", "theirs"
NUMBERS = ("101", "102", "103", "104")
WORK = StatusRow(id="work", name="Work", colour="#2e9e5b", presence="available", default=True, rings=True)
LUNCH = StatusRow(id="lunch", name="Lunch", colour="#d9822b", presence="away", default=False, rings=False)


def directory(tenant: str = OURS) -> Directory:
    """101 Ann and 102 Bob share a pickup group, 103 is Carol (a supervisor, over 104), 104 is Dan, who also
    has 105. 106 is nobody's."""
    people = {"ann": ("101",), "bob": ("102",), "carol": ("103",), "dan": ("104", "105")}
    owners = {number: person for person, numbers in people.items() for number in numbers}
    rows = {
        number: ExtensionRow(
            id=f"x{number}",
            number=number,
            name=f"Desk {number}",
            person=owners.get(number),
            group="front" if number in ("101", "102") else None,
            phones=(PhoneRow(id=f"d{number}", name="Desk phone"),),
            supervises=("104",) if number == "103" else (),
        )
        for number in ("101", "102", "103", "104", "105", "106")
    }
    return Directory(
        tenant=tenant,
        extensions=rows,
        people={key: Person(id=key, name=key.title(), numbers=numbers) for key, numbers in people.items()},
        statuses={"work": WORK, "lunch": LUNCH},
        default=WORK,
        forwards={("102", "lunch"): "103"},
        mailboxes={
            "box": MailboxRow(
                id="box", name="Front desk", number="900", shared=True, numbers=frozenset({"101", "102"})
            )
        },
        public={"+31201234567": "Main"},
        lines={"300": "Menu"},
        rooms={"room": ("800", "Monday")},
        devices={f"d{number}": number for number in rows},
        supervised=frozenset({"104"}),
    )


def viewer(person: str, role: Role = Role.USER, organisation: str | None = OURS) -> SignedIn:
    return SignedIn(session=f"session-{person}", person=person, role=role, organisation=organisation)


def leg(key: str, number: str, role: str = "callee", state: str = "ringing", **more: object) -> LegRecord:
    """A leg of an extension, or with a number that is none, of somebody outside."""
    inside = number in (*NUMBERS, "105", "106")
    return LegRecord(
        id=key,
        role=role,  # type: ignore[arg-type]
        state=state,  # type: ignore[arg-type]
        extension=number if inside else None,
        device=f"d{number}" if inside else None,
        number=number,
        name=f"Desk {number}" if inside else "",
        address="192.0.2.1:5060",
        offered_at=10.0,
        answered_at=12.0 if state in ("answered", "held") else None,
        **more,  # type: ignore[arg-type]
    )


def call(key: str, *legs: LegRecord, tenant: str = OURS, **more: object) -> CallRecord:
    """A call that goes on."""
    fields: dict[str, object] = {
        "caller_number": legs[0].number if legs else "",
        "caller_name": legs[0].name if legs else "",
        "dialled": legs[-1].number if legs else "",
        "started_at": 10.0,
        "legs": list(legs),
        **more,
    }
    return CallRecord(id=key, tenant=tenant, **fields)  # type: ignore[arg-type]


def event(kind: EventKind, tenant: str = OURS, number: int = 0, **body: object) -> Event:
    return Event(number=number, at=100.0, kind=kind, tenant=tenant, **body)  # type: ignore[arg-type]


def binding(number: str, contact: str, tenant: str = OURS, expires: float = 900.0) -> BindingState:
    return BindingState(
        tenant=tenant,
        device=f"d{number}",
        aor=f"sip:{number}@office.test",
        contact=contact,
        source="192.0.2.1:5060",
        transport="udp",
        user_agent="phone",
        expires_at=expires,
        registered_at=1.0,
    )


# --- Any history: one that no core would write is as good ---

tenants = st.sampled_from((OURS, OURS, OURS, THEIRS))
numbers = st.sampled_from((*NUMBERS, "105", "106", "+31612345678"))
call_ids = st.sampled_from("abc")


@st.composite
def _legs(draw: st.DrawFn) -> list[LegRecord]:
    # The same leg may be in several calls: that is what a consultation looks like.
    keys = draw(st.lists(st.sampled_from("pqrst"), unique=True, max_size=4))
    return [
        leg(
            key,
            draw(numbers),
            draw(st.sampled_from(("caller", "callee"))),
            draw(st.sampled_from(("offered", "ringing", "early", "answered", "held", "ended"))),
        )
        for key in keys
    ]


@st.composite
def _calls(draw: st.DrawFn) -> Event:
    legs = draw(_legs())
    record = call(
        draw(call_ids),
        *legs,
        tenant=draw(tenants),
        dialled=draw(st.sampled_from((*NUMBERS, "300", "+31201234567", "999"))),
        answered_at=draw(st.sampled_from((None, 12.0))),
        parked=draw(st.sampled_from((None, None, "701"))),
        room=draw(st.sampled_from((None, None, "room"))),
        recording=draw(st.booleans()),
        consulting=draw(st.sampled_from((None, None, "a", "b", "c"))),
        holding=[each.id for each in legs if draw(st.booleans())],
        path=[PathStep(step="park 701", at=11.0, result="by 101")] if draw(st.booleans()) else [],
        direction=draw(st.sampled_from(("internal", "inbound", "outbound"))),
    )
    kind: EventKind = draw(st.sampled_from(("call.started", "call.changed", "call.changed", "call.ended")))
    record = replace(
        record,
        id=f"{record.tenant}-{record.id}",
        consulting=record.consulting and f"{record.tenant}-{record.consulting}",
    )
    return event(kind, record.tenant, call=replace(record, ended_at=20.0) if kind == "call.ended" else record)


@st.composite
def _bindings(draw: st.DrawFn) -> Event:
    tenant = draw(tenants)
    state = binding(
        draw(st.sampled_from(NUMBERS)),
        draw(st.sampled_from(("sip:a", "sip:b"))),
        tenant,
        draw(st.floats(1, 9)),
    )
    return event(draw(st.sampled_from(("binding.changed", "binding.removed"))), tenant, binding=state)


@st.composite
def _states(draw: st.DrawFn) -> Event:
    tenant = draw(tenants)
    state = ExtensionState(
        tenant=tenant,
        extension=draw(st.sampled_from(NUMBERS)),
        status=draw(st.sampled_from((None, "work", "lunch", "gone"))),
        note=draw(st.sampled_from(("", "back soon"))),
        do_not_disturb=draw(st.booleans()),
        forward_all=draw(st.sampled_from((None, "voicemail"))),
        changed_at=draw(st.floats(1, 9)),
    )
    return event("extension.changed", tenant, extension=state)


@st.composite
def _rooms(draw: st.DrawFn) -> Event:
    tenant = draw(tenants)
    members = [
        RoomMember(leg=key, call="a", number=number, name="", extension=number, muted=draw(st.booleans()))
        for key, number in zip(
            "pq", draw(st.lists(st.sampled_from(NUMBERS), max_size=2, unique=True)), strict=False
        )
    ]
    state = RoomState(
        id=draw(st.sampled_from(("room", "a"))), tenant=tenant, room="room", name="R", members=members
    )
    return event(draw(st.sampled_from(("room.changed", "room.changed", "room.ended"))), tenant, room=state)


@st.composite
def _others(draw: st.DrawFn) -> Event:
    tenant = draw(tenants)
    if draw(st.booleans()):
        return event("tenant.removed", tenant)
    notice = Notice(id=draw(st.sampled_from("uvw")), tenant=tenant, kind="trunk.down", text="It is down.")
    return event("notice", tenant, notice=notice)


histories = st.lists(_calls() | _calls() | _bindings() | _states() | _rooms() | _others(), max_size=40)
