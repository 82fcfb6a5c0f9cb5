"""What the core writes for people: on the screens of phones and in notices, in their language.

Phones show it as it comes, so it is short. What SIP prescribes ("Anonymous", the phrases of standard answers)
stays as it is, and so do the words of records, which are for whoever looks into a fault.
"""

from typing import NamedTuple

from pbx.control.fields import Language


class Words(NamedTuple):
    """One text in each language; `{…}` stand for facts."""

    en: str
    nl: str

    def to(self, language: Language, **facts: object) -> str:
        """For somebody who reads that language."""
        return (self.nl if language == "nl" else self.en).format(**facts)


# On phones: before the name of the caller.
RETURNED = Words("Return: {name}", "Terug: {name}")
PARKED = Words("Park {slot}: {name}", "Parkeer {slot}: {name}")
MOVED = Words("Move: {name}", "Verder: {name}")

# On phones: why a transfer was not made.
NOT_TRANSFERRED = Words("Not transferred", "Niet doorverbonden")
NOBODY_TO_TRANSFER = Words("Nobody To Transfer", "Niemand om door te verbinden")

# On phones: the note beside a lamp.
DO_NOT_DISTURB = Words("Do not disturb", "Niet storen")
FORWARDED = Words("Forwarded to {target}", "Doorgeschakeld naar {target}")
VOICEMAIL = Words("voicemail", "voicemail")

# Notices for administrators.
EMERGENCY_CALL = Words(
    "Extension {extension} called the emergency number {number}.",
    "Toestel {extension} belde het alarmnummer {number}.",
)
EMERGENCY_CALL_OF_NOBODY = Words(
    "The organisation called the emergency number {number}.",
    "De organisatie belde het alarmnummer {number}.",
)
TRUNK_DOWN = Words(
    "Trunk {trunk} does not work: {code} {reason}.", "Trunk {trunk} werkt niet: {code} {reason}."
)
NUMBER_TAKEN = Words(
    "The number {number} belongs to another organisation on this machine; calls to it go there.",
    "Het nummer {number} is van een andere organisatie op deze machine; gesprekken ernaartoe gaan daarheen.",
)
MAILBOX_FULL = Words(
    "Mailbox {number} is full; a caller could leave no message.",
    "Voicemailbox {number} is vol; een beller kon geen bericht achterlaten.",
)
MAILBOX_WITHOUT_ROOM = Words(
    "Mailbox {number} has no room on the disk; a caller could leave no message.",
    "Voor voicemailbox {number} is geen ruimte op de schijf; een beller kon geen bericht achterlaten.",
)
MESSAGE_IN_PART = Words(
    "The disk took a message for mailbox {number} only in part.",
    "De schijf bewaarde een bericht voor voicemailbox {number} maar voor een deel.",
)
RECORDING_FAILED = Words(
    "A recording could not be written: is the disk full?",
    "Een opname kon niet worden geschreven: is de schijf vol?",
)
RECORDING_WITHOUT_ROOM = Words(
    "There is no room on the disk for recordings.", "Op de schijf is geen ruimte voor opnamen."
)

# Limits against toll fraud: whose, how much, and what became of it.
OF_EXTENSION = Words("of extension {extension}", "van toestel {extension}")
OF_ORGANISATION = Words("of the organisation", "van de organisatie")
CALLS_AT_ONCE = Words("the {most:.0f} calls at once", "de {most:.0f} gesprekken tegelijk")
MINUTES_A_DAY = Words("the {most:.0f} minutes a day", "de {most:.0f} minuten per dag")
BLOCKED = Words("calls to {prefix} are blocked", "bellen naar {prefix} is geblokkeerd")
USED_UP = Words("{limit} {whose} are used up", "{limit} {whose} zijn op")
NEARLY_USED_UP = Words(
    "{used:.0f} of {limit} {whose} are used.", "Van {limit} {whose} zijn er {used:.0f} gebruikt."
)
CALL_REFUSED = Words(
    "A call out {whose} was refused: {why}.", "Een gesprek naar buiten {whose} is geweigerd: {why}."
)
