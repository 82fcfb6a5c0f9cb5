"""Who sees what of the live view.

Every entity is published under a topic of its organisation, and a viewer has a set of topics. What a topic
holds is the same for all who have it, so it is made and encoded once. No entity is in two topics of one
viewer.
"""

from collections.abc import Iterable

from webapp.live.directory import Directory
from webapp.organisations.roles import Role
from webapp.people.sockets import SignedIn

ALL = "all"  # colleagues and their state, parked calls, the core
SUPERVISORS = "supervisors"  # all calls, all conferences
ADMINS = "admins"  # notices
_RANK = list(Role)


def own(person: str) -> str:
    """What concerns one person only: own extensions, calls, the history."""
    return f"own:{person}"


def part(person: str) -> str:
    """Conferences in which somebody is who does not see all of them."""
    return f"part:{person}"


def group(key: str) -> str:
    """What rings in a pickup group."""
    return f"group:{key}"


def rings(number: str) -> str:
    """What rings at one extension, for those who supervise it."""
    return f"rings:{number}"


def mailbox(key: str) -> str:
    """How many messages a mailbox has, for those who listen to it."""
    return f"mailbox:{key}"


def topics(who: SignedIn, directory: Directory) -> tuple[str, ...]:
    """The topics of a viewer, sorted. None of another organisation: a directory has one only."""
    if who.organisation is None or who.organisation != directory.tenant:
        return ()
    person = directory.people.get(who.person)
    numbers = person.numbers if person is not None else ()
    found = {ALL, own(who.person), *_beyond(who.role, who.person)}
    for number in numbers:
        row = directory.extensions[number]
        if row.group is not None:
            found.add(group(row.group))
        found.update(rings(other) for other in row.supervises)
    found.update(
        mailbox(box.id) for box in directory.mailboxes.values() if not box.numbers.isdisjoint(numbers)
    )
    return tuple(sorted(found))


def _beyond(role: Role, person: str) -> Iterable[str]:
    rank = _RANK.index(role)
    if rank < _RANK.index(Role.SUPERVISOR):
        return (part(person),)
    return (SUPERVISORS, ADMINS) if rank >= _RANK.index(Role.ADMIN) else (SUPERVISORS,)


def urgent(topic: str) -> bool:
    """Whether changes go out at once: those of one's own calls. The others wait a moment, to go together."""
    return topic.startswith("own:")
