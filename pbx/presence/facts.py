"""What is known of calls, people, phones and mailboxes, and the states that follow from it."""

from pbx.control.messages import CallRecord, ExtensionState
from pbx.directory import Directory, Tenant
from pbx.ports import Locations
from pbx.presence.states import Messages, State, dialogs_of, person, slot_of, switched
from pbx.presence.subjects import STATUS, Mailboxes, Subject

_NOBODY: dict[str, CallRecord] = {}


class Facts:
    """Takes what happens and gives the state of any subject. A call costs a few look-ups, watched or not."""

    def __init__(self, directory: Directory, locations: Locations) -> None:
        self.mailboxes = Mailboxes()
        self._directory = directory
        self._locations = locations
        self._places: dict[str, frozenset[str]] = {}
        self._calls: dict[tuple[str, str], dict[str, CallRecord]] = {}
        self._extensions: dict[tuple[str, str], ExtensionState] = {}
        self._messages: dict[tuple[str, str], Messages] = {}

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

    def mailbox(self, tenant: str, mailbox: str, messages: Messages) -> None:
        """What lies in a mailbox changed."""
        self._messages[tenant, mailbox] = messages

    def forget(self, tenant: str) -> None:
        """The organisation is gone."""
        self.mailboxes.forget(tenant)
        for table in (self._extensions, self._messages):
            for key in [key for key in table if key[0] == tenant]:
                del table[key]

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
                state = self._messages.get((tenant.id, subject.name), Messages())
            case "lamp":
                state = self._lamp(tenant, subject.name)
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
        extension = tenant.extension(subject.name)
        return person(
            registered=self._registered(tenant, subject.name, now),
            talking=bool(dialogs_of(subject.name, self._at(subject).values())),
            status=status,
            state=state,
            language=extension.language if extension else tenant.snapshot.language,
        )

    def _registered(self, tenant: Tenant, extension: str, now: float) -> bool:
        devices = tenant.devices_of(extension)
        return any(self._locations.of_device(tenant.id, device.id, now) for device in devices)

    def _lamp(self, tenant: Tenant, extension: str) -> Messages:
        found = [self._messages.get((tenant.id, box)) for box in self.mailboxes.of(tenant, extension)]
        known = [messages for messages in found if messages is not None]
        return Messages(sum(each.new for each in known), sum(each.old for each in known))
