"""What dialling a number comes to, in sentences of the reader's language: for star codes, and for what stands
in the way."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FEATURES: dict[str, Any] = {
    "voicemail": _("The voicemail menu answers, for the mailbox of whoever dials, and asks for its PIN."),
    "voicemail_of": _("No phone rings: the mailbox %(name)s takes a message."),
    "pickup_group": _(
        "Whoever dials takes the call that has rung longest in their pickup group. If nothing rings there,"
        " they hear so."
    ),
    "pickup": _(
        "Whoever dials takes the call that rings at extension %(number)s. If nothing rings there,"
        " they hear so."
    ),
    "park": _(
        "The first free parking slot is offered and its number said; transferring a call to it parks that"
        " call. If all slots are taken, whoever dials hears so."
    ),
    "forward_all": _("From now on all calls of whoever dials are forwarded to %(target)s."),
    "forward_all_off": _("From now on not all calls of whoever dials are forwarded any more."),
    "forward_busy": _("From now on calls of whoever dials are forwarded to %(target)s when they are busy."),
    "forward_busy_off": _(
        "From now on calls of whoever dials are not forwarded any more when they are busy."
    ),
    "forward_no_answer": _(
        "From now on calls of whoever dials are forwarded to %(target)s when they do not answer."
    ),
    "forward_no_answer_off": _(
        "From now on calls of whoever dials are not forwarded any more when they do not answer."
    ),
    "do_not_disturb": _("From now on the phones of whoever dials stay silent (do not disturb)."),
    "do_not_disturb_off": _("From now on the phones of whoever dials ring again."),
    "status": _("From now on whoever dials is in the status %(name)s."),
    "hide_caller_id": _("From now on calls of whoever dials hide their number outside."),
    "show_caller_id": _("From now on calls of whoever dials show their number outside."),
    "record": _("The call to %(number)s is recorded."),
    "intercom": _(
        "The phones of extension %(number)s are asked to answer by themselves. A phone that does not, rings."
    ),
}

# The same codes, with other digits after them or for somebody else.
MENU_WITHOUT_OWN = _(
    "The voicemail menu answers and asks which mailbox to hear: whoever dials has none of their own."
)
MENU_OF_OTHERS = _("The voicemail menu answers and asks which mailbox to hear.")
PARK_AT = _(
    "The parking slot %(number)s is offered; transferring a call to it parks that call. If somebody waits"
    " there, whoever dials hears that none is free."
)
NO_STATUS = _("From now on whoever dials is in no special status.")
HIDE_ONCE = _("For this call only, the number is hidden outside.")
SHOW_ONCE = _("For this call only, the number is shown outside.")

OBJECTIONS: dict[str, Any] = {
    "no_number": _(
        "Nothing of the organisation has this number, and outside it is none: %(why)s. Whoever dials hears"
        " that it does not exist."
    ),
    "may_not_call_out": _("Extension %(extension)s may not call outside; whoever dials hears so."),
    "blocked": _("Nobody may call numbers that begin with %(detail)s; whoever dials hears so."),
    "no_route": _("No route leads to %(number)s; whoever dials hears that this cannot be called."),
    "no_trunk": _("The routes to %(number)s have no trunk that is switched on; the call fails."),
    "unknown": _("Nothing of the organisation has the number %(number)s; whoever dials hears so."),
    "unknown_status": _("No status has the code %(number)s; whoever dials hears so."),
    "no_slot": _("%(number)s is no parking slot of the organisation; whoever dials hears that none is free."),
    "may_not_pick_up": _(
        "Extension %(extension)s may not pick up for %(number)s: they are not in the same pickup group."
    ),
    "caller_blocked": _(
        "Extension %(number)s has blocked %(extension)s; to whoever dials it is as if somebody declined."
    ),
    "do_not_disturb": _("Extension %(number)s does not want to be disturbed now; whoever dials hears busy."),
    "cannot_be_set": _("Calls cannot be forwarded to %(target)s; whoever dials hears that it is refused."),
    "may_not_hide": _("Extension %(extension)s may not hide its number; whoever dials hears so."),
    "nothing_to_show": _("Extension %(extension)s has no number that it may show; whoever dials hears so."),
    "may_not_record": _("Extension %(extension)s may not record; whoever dials hears so."),
    "no_number_after_it": _("After this code a number must follow; whoever dials hears that it is refused."),
    "too_deep": _("Too many codes stand one after the other; the call fails."),
}

WHY_NO_NUMBER: dict[str, Any] = {
    "it is too short": _("it is too short"),
    "it is too long": _("it is too long"),
    "the area code is missing": _("the area code is missing"),
    "there is no such country code": _("there is no such country code"),
    "no number there has that many digits": _("no number there has that many digits"),
    "it is no telephone number": _("it is no telephone number"),
}
"""What the core says of a number that is none."""

NOBODY_OUTSIDE = _(
    "Nobody outside reaches this number: from outside only the public numbers of the organisation are"
    " answered."
)
ROOM = _("The caller joins the conference room %(name)s, unless it is full.")
ROOM_WITH_PIN = _(
    "The caller is asked for the PIN of the conference room %(name)s and joins, unless it is full."
)
SLOT = _(
    "Whoever dials takes the call that is parked there. If none is, they hear so. Transferring a call to this"
    " number parks it there, if the slot is free."
)
MAILBOX = _("No phone rings: the mailbox %(name)s takes a message.")
JUST_CHANGED = _("This number was changed a moment ago; try again.")
OUTSIDE = _("This is a number outside, and nothing forbids calling it.")
EMERGENCY = _("This is an emergency number: no right and no limit holds it up.")
WAY = _("Route %(route)s: %(trunk)s is called with %(dialled)s and told the number %(shown)s.")
EMERGENCY_WAY = _("%(trunk)s is called with %(dialled)s and told the number %(shown)s.")
NO_NUMBER_TOLD = _("none")
SHOWN = _("Outside one sees the number %(shown)s.")
SHOWN_OVER_FIRST = _("Outside one sees the number %(shown)s when the first trunk carries the call.")
NOTHING_SHOWN = _("Outside one sees the number that the trunk has by itself.")
HIDDEN = _("Outside one sees no number; only the trunk is told it.")
NEXT = _(
    "The trunks are tried in this order, those that work first. The next one is called when one has no"
    " channel left, refuses, or says nothing for %(seconds)s seconds."
)
LIMITED = _("Limits on calls at once and on minutes a day may still refuse a real call.")
WHO_CALLS = _("Give an extension as the caller to see what it may, and which number it shows.")
