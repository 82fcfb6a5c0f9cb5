"""Phone books: who sees and changes what, search as you type, marks, look-up by number, CSV."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.webapp.conftest import World
from webapp.contacts import searching
from webapp.contacts.models import Contact, Token
from webapp.contacts.words import sort_key, terms_of, words_of
from webapp.link.snapshot import load as snapshot
from webapp.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def make(world: World, who: str, **fields: Any) -> dict[str, Any]:
    """A contact made over the API."""
    answer = world.client(who).post(reverse("contact-list"), fields, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def find(world: World, who: str, **query: Any) -> list[str]:
    answer = world.client(who).get(reverse("contact-list"), query)
    assert answer.status_code == 200, answer.content
    return [entry["name"] for entry in answer.json()["results"]]


@pytest.fixture
def books(world: World) -> World:
    make(
        world,
        "supervisor",
        kind="external",
        first_name="Zoë",
        last_name="van den Bosch-Müller",
        company="Łódź Bakkerij B.V.",
        department="Inkoop",
        email="zoe@bakkerij.test",
        numbers=[{"number": "06 1234 5678", "type": "mobile"}, {"number": "+49 30 901820"}],
    )
    make(world, "admin", kind="external", company="Bosch Installaties", numbers=[{"number": "020-7654321"}])
    make(
        world,
        "member",
        first_name="Oma",
        last_name="Bos",
        numbers=[{"number": "0031201112233", "type": "home"}],
    )
    make(world, "agent", first_name="Secret", last_name="Bosman")
    return world


def test_search_goes_over_all_books_at_once(books: World) -> None:
    assert find(books, "member", q="bos") == ["Oma Bos", "Zoë van den Bosch-Müller", "Bosch Installaties"]
    assert find(books, "agent", q="bos")[0] == "Secret Bosman"
    assert find(books, "member", q="ZOE bosch") == ["Zoë van den Bosch-Müller"]
    assert find(books, "member", q="lodz") == ["Zoë van den Bosch-Müller"]
    assert find(books, "member", q="boschmuller") == ["Zoë van den Bosch-Müller"]
    assert find(books, "member", q="inkoop bv") == ["Zoë van den Bosch-Müller"]
    assert find(books, "member", q="zoe@bakkerij.test") == ["Zoë van den Bosch-Müller"]
    assert find(books, "member", q="bos", kind="external") == [
        "Zoë van den Bosch-Müller",
        "Bosch Installaties",
    ]
    assert find(books, "member", q="agent") == ["Agent"]
    assert find(books, "member", q="name 202") == ["Agent"]
    assert find(books, "outsider", q="bos") == []
    assert find(books, "member", q="--") == []


@pytest.mark.parametrize("typed", ["0612", "06-12 34", "+31612", "00316", "31612345678", "5678", "345678"])
def test_search_by_number_as_people_type_it(books: World, typed: str) -> None:
    assert find(books, "member", q=typed) == ["Zoë van den Bosch-Müller"]


def test_numbers_are_kept_in_e164_and_shown_for_people(books: World) -> None:
    (entry,) = books.client("member").get(reverse("contact-list"), {"q": "zoe"}).json()["results"]
    assert entry["numbers"] == [
        {"number": "+31612345678", "type": "mobile", "display": "06 12345678"},
        {"number": "+4930901820", "type": "work", "display": "+49 30 901820"},
    ]
    assert entry["kind"] == "external" and entry["may_edit"] is False
    wrong = {"company": "X", "numbers": [{"number": "call me"}]}
    answer = books.client("member").post(reverse("contact-list"), wrong, format="json")
    assert answer.status_code == 400 and "numbers" in answer.json()
    assert not Contact.objects.filter(company="X").exists()


def test_leafing_through_gives_everybody_once_in_order(books: World) -> None:
    member, seen, after = books.client("member"), [], ""
    while after is not None:
        answer = member.get(reverse("contact-list"), {"limit": 2, "after": after}).json()
        seen += [entry["name"] for entry in answer["results"]]
        after = answer["next"]
    assert seen == ["Agent", "Bosch Installaties", "Member", "Oma Bos", "Zoë van den Bosch-Müller"]
    assert member.get(reverse("contact-list"), {"after": "nonsense"}).status_code == 400


def test_personal_contacts_are_of_one_person(books: World) -> None:
    own = Contact.objects.get(last_name="Bos")
    url = reverse("contact-detail", args=[own.pk])
    for who in ("agent", "admin", "outsider", "operator"):
        assert books.client(who).get(url).status_code == 404
        assert (
            books.client(who)
            .put(reverse("contact-marks", args=[own.pk]), {"vip": True}, format="json")
            .status_code
            == 404
        )
    assert (
        books.client("member").patch(url, {"last_name": "Kees"}, format="json").json()["name"] == "Oma Kees"
    )
    assert find(books, "member", q="kees") == ["Oma Kees"] and find(books, "member", q="oma bos") == []
    assert books.client("member").delete(url).status_code == 204
    assert not Token.objects.filter(contact=own.pk).exists()


def test_the_organisations_book_is_kept_by_supervisors(books: World) -> None:
    shared = reverse("contact-detail", args=[Contact.objects.get(company="Bosch Installaties").pk])
    member, supervisor = books.client("member"), books.client("supervisor")
    assert member.get(shared).json()["may_edit"] is False
    assert member.patch(shared, {"note": "x"}, format="json").status_code == 403
    assert member.delete(shared).status_code == 403
    body = {"kind": "external", "company": "New"}
    assert member.post(reverse("contact-list"), body, format="json").status_code == 403
    changed = supervisor.patch(shared, {"note": "Ask for Jan", "numbers": []}, format="json").json()
    assert changed["note"] == "Ask for Jan" and changed["numbers"] == [] and changed["may_edit"] is True
    assert supervisor.post(reverse("contact-list"), {"kind": "external"}, format="json").status_code == 400


def test_marks_are_ones_own_and_favourites_come_first(books: World) -> None:
    member = books.client("member")
    shared = Contact.objects.get(company="Bosch Installaties")
    marked = member.put(reverse("contact-marks", args=[shared.pk]), {"favourite": True}, format="json").json()
    assert marked["favourite"] is True and marked["vip"] is False
    colleague = books.extensions["202"].pk
    member.put(reverse("contact-marks", args=[colleague]), {"vip": True, "favourite": True}, format="json")
    assert find(books, "member", q="bos")[0] == "Bosch Installaties"
    assert find(books, "member", favourite="true") == ["Agent", "Bosch Installaties"]
    assert find(books, "member", vip="true") == ["Agent"]
    assert find(books, "member", vip="true", q="bosch") == []
    assert find(books, "agent", favourite="true") == []
    member.put(reverse("contact-marks", args=[colleague]), {"vip": False, "favourite": False}, format="json")
    assert find(books, "member", favourite="true") == ["Bosch Installaties"]
    foreign = books.extensions["bravo"].pk
    assert (
        member.put(reverse("contact-marks", args=[foreign]), {"vip": True}, format="json").status_code == 404
    )


def test_who_is_calling(books: World) -> None:
    member = books.client("member")

    def ask(number: str) -> Any:
        return member.get(reverse("contact-lookup"), {"number": number}).json()

    found = ask("0031612345678")
    assert found["number"] == "+31612345678" and found["display"] == "06 12345678"
    assert [entry["name"] for entry in found["contacts"]] == ["Zoë van den Bosch-Müller"]
    assert found["earlier"] == {"count": 0, "missed": 0, "last_at": None, "notes": []}
    assert [entry["name"] for entry in ask("202")["contacts"]] == ["Agent"]
    make(books, "member", first_name="Zoë", numbers=[{"number": "0612345678"}])
    assert [entry["kind"] for entry in ask("0612345678")["contacts"]] == ["personal", "external"]
    assert ask("+31203334444")["contacts"] == [] and ask("")["contacts"] == []


def test_blocked_numbers_and_contacts(books: World) -> None:
    member, blocked = books.client("member"), reverse("blocked-number-list")
    made = member.post(blocked, {"number": "0900 1234567"}, format="json").json()
    assert made["number"] == "+319001234567"
    again = member.post(blocked, {"number": "+319001234567"}, format="json").json()
    assert again["id"] == made["id"]
    lookup = reverse("contact-lookup")
    assert member.get(lookup, {"number": "09001234567"}).json()["blocked"] is True
    assert books.client("agent").get(lookup, {"number": "09001234567"}).json()["blocked"] is False
    assert books.client("agent").get(blocked).json()["count"] == 0
    assert (
        books.client("agent").delete(reverse("blocked-number-detail", args=[made["id"]])).status_code == 404
    )
    assert member.delete(reverse("blocked-number-detail", args=[made["id"]])).status_code == 204
    shared = Contact.objects.get(company="Bosch Installaties")
    member.put(reverse("contact-marks", args=[shared.pk]), {"blocked": True}, format="json")
    assert member.get(lookup, {"number": "0207654321"}).json()["blocked"] is True


def test_blocked_callers_are_declined_at_ones_own_extension(books: World) -> None:
    """The core is told, by extension, and of each change; nobody else is concerned."""
    member = books.client("member")

    def told(organisation: Any = books.alpha) -> dict[str, list[str]]:
        found = snapshot(organisation.pk)
        assert found is not None
        return {each.number: each.blocked for each in found.extensions if each.blocked}

    def version() -> int:
        return Organisation.objects.get(pk=books.alpha.pk).config_version

    before = version()
    member.post(reverse("blocked-number-list"), {"number": "0900 1234567"}, format="json")
    shared = Contact.objects.get(company="Bosch Installaties")
    for pk in (shared.pk, books.extensions["202"].pk):
        marked = member.put(reverse("contact-marks", args=[pk]), {"blocked": True}, format="json")
        assert marked.status_code == 200, marked.content
    assert told() == {"201": ["+31207654321", "+319001234567", "202"]}
    assert version() > before and told(books.bravo) == {}
    before = version()
    changed = {"numbers": [{"number": "020-7000000"}]}
    books.client("admin").patch(reverse("contact-detail", args=[shared.pk]), changed, format="json")
    assert told() == {"201": ["+31207000000", "+319001234567", "202"]} and version() > before
    outsider = books.client("outsider").put(
        reverse("contact-marks", args=[shared.pk]), {"blocked": True}, format="json"
    )
    assert outsider.status_code == 404 and told(books.bravo) == {}


def load(world: World, text: str | bytes, who: str = "admin", **more: Any) -> Any:
    data = text.encode() if isinstance(text, str) else text
    body = {"file": SimpleUploadedFile("contacts.csv", data), **more}
    return world.client(who).post(reverse("contact-import"), body, format="multipart")


def test_csv_in_and_out(books: World) -> None:
    text = (
        "Voornaam;Achternaam;Bedrijf;E-mail;Telefoon;Mobiel\r\n"
        'Anna;"de Vries; junior";Vries BV;anna@vries.test;020 1234567;0687654321\r\n'
        ";;Bosch Installaties;;020 7654321;\r\n"
    )
    tried = load(books, text, dry_run="true").json()
    assert tried == {"made": 1, "changed": 0, "unchanged": 1, "errors": []}
    assert find(books, "member", q="anna") == []
    assert load(books, text.encode("cp1252")).json()["made"] == 1
    assert find(books, "member", q="0687") == ["Anna de Vries; junior"]
    assert load(books, text).json() == {"made": 0, "changed": 0, "unchanged": 2, "errors": []}
    changed = load(books, "company,note\nBosch Installaties,=1+1\n").json()
    assert changed["changed"] == 1
    kept = Contact.objects.get(company="Bosch Installaties")
    assert kept.note == "=1+1" and [each.number for each in kept.numbers.all()] == ["+31207654321"]
    out = books.client("admin").get(reverse("contact-export"))
    assert b"'=1+1" in out.content
    assert load(books, out.content).json() == {"made": 0, "changed": 0, "unchanged": 3, "errors": []}
    assert "Bos" in find(books, "member", q="oma")[0]  # personal ones stay out of it


def test_csv_with_mistakes_writes_nothing_and_says_where(books: World) -> None:
    before = Contact.objects.count()
    text = "name,company,email,phone\nA,,a@a.test,0201234567\nB,,nobody,x12\n,,,\n,,c@c.test,\nA,,,\n"
    answer = load(books, text)
    assert answer.status_code == 400
    errors = {(each["line"], each["column"]) for each in answer.json()["errors"]}
    assert errors == {(3, "email"), (5, None), (6, None)}
    assert Contact.objects.count() == before
    assert "file" in load(books, "name,shoe size\nA,42\n").json()
    assert "file" in load(books, "name\n").json()
    assert "file" in load(books, b"\x00\x01name\nA\n").json()
    assert load(books, text, who="member").status_code == 403
    assert load(books, "name\nAlpha's\n", who="outsider").json()["made"] == 1
    assert find(books, "member", q="alpha's") == []


def test_words_and_order() -> None:
    words = {
        word.text.decode(): word.place
        for word in words_of([(0, "Jean-Paul O'Neill"), (1, "Neill Æro")], ["+31201"])
    }
    assert words == {
        "jean": 0,
        "paul": 0,
        "o": 0,
        "neill": 0,
        "jeanpaul": 0,
        "oneill": 0,
        "aero": 1,
        "31201": 3,
        "~10213": 3,
    }
    assert sort_key("Ångström") < sort_key("Bach") < sort_key("Øst")
    assert len(terms_of("a b c d e f g h", "NL")) == 6
    assert terms_of("(020) 765", "NL")[0].beginnings == (b"020765", b"3120765", b"~567020")
    assert "\U0010ffff".encode() < searching.END
