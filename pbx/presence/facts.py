"""What is known of calls, people, phones and mailboxes, and the states that follow from it."""

from collections.abc import Iterable

from pbx.control.messages import CallRecord, ExtensionState
from pbx.directory import Directory, Tenant
from pbx.ports import Locations, Mail
from pbx.presence.states import Messages, State, dialogs_of, person, slot_of, switched
from pbx.presence.subjects import STATUS, Mailboxes, Subject

_NOBODY: dict[str, CallRecord] = {}


class Facts:
    """Takes what happens and gives the state of any subject. A call costs a few look-ups, watched or not."""

    def __init__(self, directory: Directory, locations: Locations, mail: Mail) -> None:
        self.mailboxes = Mailboxes()
        self._directory = directory
        self._locations = locations
        self._mail = mail
        self._places: dict[str, frozenset[str]] = {}
        self._calls: dict[tuple[str, str], dict[str, CallRecord]] = {}
        self._extensions: dict[tuple[str, str], ExtensionState] = {}

    def call(self, record: CallRecord) -> frozenset[str]:
        """A call began, changed or ended: the extensions and slots that it touches or touched."""
        places: frozenset[str] = frozenset()
        if record.ended_at is None:
            places = frozenset(
                [leg.extension for leg in record.legs if leg.extension]
                + ([record.parked] if record.parked else [])
            )
        before = self._places.get(record.id, frozenset())
        for place in places:
            self._calls.setdefault((record.tenant, place), {})[record.id] = record
        for place in before - places:
            self._leave(record.tenant, place, record.id)
        if places:
            self._places[record.id] = places
        else:
            self._places.pop(record.id, None)
        return places | before

    def _leave(self, tenant: str, place: str, call: str) -> None:
        calls = self._calls.get((tenant, place))
        if calls is not None:
            calls.pop(call, None)
            if not calls:
                del self._calls[tenant, place]

    def extension(self, state: ExtensionState) -> None:
        """What a user set changed."""
        self._extensions[state.tenant, state.extension] = state

    def forget(self, tenant: str) -> None:
        """The organisation is gone."""
        self.mailboxes.forget(tenant)
        for key in [key for key in self._extensions if key[0] == tenant]:
            del self._extensions[key]

    def state(self, subject: Subject, now: float) -> State:
        """How it is now. Nothing going on when its organisation is gone."""
        tenant = self._directory.tenant(subject.tenant)
        if tenant is None:
            return ()
        state: State
        match subject.kind:
            case "calls":
                state = dialogs_of(subject.name, self._at(subject).values())
            case "slot":
                state = slot_of(subject.name, self._at(subject).values())
            case "feature":
                state = switched(subject.feature, self._is_on(tenant, subject))
            case "person":
                state = self._person(tenant, subject, now)
            case "mailbox":
                state = self._waiting(tenant, (subject.name,))
            case "lamp":
                state = self._waiting(tenant, self.mailboxes.of(tenant, subject.name))
        return state

    def _at(self, subject: Subject) -> dict[str, CallRecord]:
        return self._calls.get((subject.tenant, subject.name), _NOBODY)

    def _is_on(self, tenant: Tenant, subject: Subject) -> bool:
        state = self._extensions.get((tenant.id, subject.name))
        if subject.feature.startswith(STATUS):
            wanted = subject.feature.removeprefix(STATUS)
            if state is None or state.status is None:
                return any(status.id == wanted and status.default for status in tenant.snapshot.statuses)
            return state.status == wanted
        return bool(state is not None and getattr(state, subject.feature))

    def _person(self, tenant: Tenant, subject: Subject, now: float) -> State:
        state = self._extensions.get((tenant.id, subject.name))
        chosen = state.status if state else None
        statuses = tenant.snapshot.statuses
        status = next((s for s in statuses if (s.id == chosen if chosen else s.default)), None)
        return person(
            registered=self._registered(tenant, subject.name, now),
            talking=bool(dialogs_of(subject.name, self._at(subject).values())),
            status=status,
            state=state,
            language=tenant.language(subject.name),
        )

    def _registered(self, tenant: Tenant, extension: str, now: float) -> bool:
        devices = tenant.devices_of(extension)
        return any(self._locations.of_device(tenant.id, device.id, now) for device in devices)

    def _waiting(self, tenant: Tenant, boxes: Iterable[str]) -> State:
        found = [self._mail.counts(tenant.id, box) for box in boxes]
        return Messages(sum(each.new for each in found), sum(each.old for each in found))
