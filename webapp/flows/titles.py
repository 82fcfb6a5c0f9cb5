"""What the check of a flow finds, in a few words of the reader's language, by the code of the finding."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_TITLES: dict[str, Any] = {
    "unknown_node": _("leads to a step that is not there"),
    "unreachable": _("no call ever comes here"),
    "dead_end": _("nothing follows"),
    "missing_prompt": _("the sound to play is missing"),
    "unknown_extension": _("the extension does not exist"),
    "unknown_group": _("the ring group does not exist"),
    "unknown_device": _("the phone does not exist"),
    "unknown_mailbox": _("the mailbox does not exist"),
    "unknown_queue": _("the queue does not exist"),
    "unknown_calendar": _("the calendar does not exist"),
    "unknown_flow": _("the call flow does not exist or was never published"),
    "empty_ring": _("nobody is rung"),
    "empty_group": _("the ring group has no members"),
    "no_choices": _("no key leads anywhere"),
    "choice_too_long": _("the choice has too many digits"),
    "never_open": _("there are no opening hours"),
    "endless_loop": _("goes round without end"),
    "no_way_out": _("no call ever gets out of here"),
    "loop": _("a call may go round here"),
    "forward_loop": _("calls go round between numbers"),
    "no_tests": _("nothing is compared"),
}


def title(code: str) -> str:
    """In the language of now; the code itself for one that has no words here."""
    return str(_TITLES.get(code, code))
