"""The bodies of NOTIFYs: dialog-info (RFC 4235), PIDF with RPID (RFC 3863, RFC 4480), message summaries (RFC
3842). Only written here, never read; always the full state."""

from collections.abc import Callable
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from pbx.ports import DialogId
from pbx.presence.states import Dialog, Dialogs, Messages, Person

CONTENT = {
    "dialog": "application/dialog-info+xml",
    "presence": "application/pidf+xml",
    "message-summary": "application/simple-message-summary",
}
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ANONYMOUS = "sip:anonymous@anonymous.invalid"


def sip_uri(number: str, domain: str) -> str:
    """The address of a number of the organisation; the anonymous one for "" (RFC 3323)."""
    return f"sip:{quote(number, safe='+*.-_~')}@{domain}" if number else _ANONYMOUS


def dialog_info(
    entity: str,
    domain: str,
    dialogs: Dialogs,
    *,
    version: int,
    ended: frozenset[str],
    dialog_id: Callable[[str], DialogId | None],
) -> bytes:
    """All dialogs of `entity`. Those in `ended` are told once more, as terminated, and when there are none at
    all one is: some phones switch a lamp off for nothing else."""
    parts = [_dialog(dialog, domain, dialog_id) for dialog in dialogs]
    parts += [_terminated(each) for each in sorted(ended)]
    if not parts:
        parts.append(_terminated("none"))
    head = f'<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{version}" state="full"'
    return f"{_HEAD}{head} entity={quoteattr(_clean(entity))}>\n{''.join(parts)}</dialog-info>\n".encode()


def pidf(entity: str, address: str, person: Person) -> bytes:
    """Presence of `entity`, which is called at `address`."""
    status = "open" if person.open else "closed"
    note = escape(_clean(person.note))
    activities = "".join(f"<rpid:{each}/>" for each in person.activities)
    return (
        f'{_HEAD}<presence xmlns="urn:ietf:params:xml:ns:pidf"'
        ' xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"'
        f' xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity={quoteattr(_clean(entity))}>\n'
        f'<tuple id="phone"><status><basic>{status}</basic></status>'
        f"<contact>{escape(address)}</contact>{f'<note>{note}</note>' if note else ''}</tuple>\n"
        f'<dm:person id="person">'
        f"{f'<rpid:activities>{activities}</rpid:activities>' if activities else ''}"
        f"{f'<dm:note>{note}</dm:note>' if note else ''}</dm:person>\n</presence>\n"
    ).encode()


def message_summary(account: str, messages: Messages) -> bytes:
    """What waits; `account` is what to call to hear it."""
    waiting = "yes" if messages.new else "no"
    return (
        f"Messages-Waiting: {waiting}\r\nMessage-Account: {account}\r\n"
        f"Voice-Message: {messages.new}/{messages.old} (0/0)\r\n"
    ).encode()


def _dialog(dialog: Dialog, domain: str, dialog_id: Callable[[str], DialogId | None]) -> str:
    known = dialog_id(dialog.ringing) if dialog.ringing else None
    names = ""
    if known is not None:
        tags = (known.call_id, known.local_tag, known.remote_tag)
        names = " call-id={} local-tag={} remote-tag={}".format(*(quoteattr(_clean(tag)) for tag in tags))
    held = (
        '<local><target uri=""><param pname="+sip.rendering" pval="no"/></target></local>'
        if dialog.held
        else ""
    )
    return (
        f'<dialog id={quoteattr(dialog.id)}{names} direction="{dialog.direction}">'
        f"<state>{dialog.state}</state>{held}{_remote(dialog, domain)}</dialog>\n"
    )


def _remote(dialog: Dialog, domain: str) -> str:
    if not dialog.number and not dialog.name and dialog.ringing is None:
        return ""
    address = sip_uri(dialog.number, domain)
    shown = f" display={quoteattr(_clean(dialog.name))}" if dialog.name else ""
    return f"<remote><identity{shown}>{escape(address)}</identity><target uri={quoteattr(address)}/></remote>"


def _terminated(name: str) -> str:
    return f"<dialog id={quoteattr(name)}><state>terminated</state></dialog>\n"


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(char for char in text if char.isprintable())
