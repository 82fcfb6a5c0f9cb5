"""What the digits after a star code name, and what the one who dials it may."""

from pbx.control.configuration import MailboxConfig, StatusConfig
from pbx.directory import Tenant


def status_with(tenant: Tenant, code: str) -> StatusConfig | None:
    """The status that is chosen with this code."""
    return next((each for each in tenant.snapshot.statuses if each.code and each.code == code), None)


def caller_id_to(tenant: Tenant, extension: str | None, *, hidden: bool) -> str | None:
    """The caller ID that hides, or shows, the number of an extension; None when it may not."""
    config = tenant.extension(extension) if extension else None
    # What shows by itself comes before what else may be shown.
    names = sorted(config.caller_ids, key=lambda each: each != config.caller_id) if config else []
    allowed = [tenant.caller_id(each) for each in names]
    return next((each.id for each in allowed if each and (each.number is None) == hidden), None)


def may_record(tenant: Tenant, extension: str | None) -> bool:
    config = tenant.extension(extension) if extension else None
    return config is not None and config.may_record


def own_mailbox(tenant: Tenant, extension: str | None) -> MailboxConfig | None:
    """The mailbox that an extension hears without saying which."""
    config = tenant.extension(extension) if extension else None
    return tenant.mailbox(config.mailbox if config else None)


def mailbox_of(tenant: Tenant, number: str) -> MailboxConfig | None:
    """The mailbox where a message for that number is left: of the extension, else the one that has it."""
    config = tenant.extension(number)
    numbered = (each for each in tenant.snapshot.mailboxes if each.number == number)
    box = tenant.mailbox(config.mailbox) if config is not None else next(numbered, None)
    return box if box is not None and box.enabled else None
