"""Digest: published examples, round trips with both algorithms, replays, ages, forgeries."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.registrar.digest import Algorithm, Check, Digests, Secret, response

from .requests import FakeDigest, challenge_of, secret

HERE = "192.0.2.10"
BOTH: tuple[Algorithm, ...] = ("SHA-256", "MD5")
# RFC 7616 section 3.9.1: user Mufasa, password "Circle of Life", GET /dir/index.html.
MUFASA = FakeDigest(
    username="Mufasa",
    realm="http-auth@example.org",
    nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    uri="/dir/index.html",
    cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
)


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ("sha-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ("", "8ca523f5e9506fed4657c9700eebdbec"),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: str, expected: str) -> None:
    known = secret("Mufasa", MUFASA.realm, "Circle of Life")
    assert response(known, "GET", replace(MUFASA, algorithm=algorithm)) == expected


def test_the_example_of_rfc_2617() -> None:
    given_ = FakeDigest(nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", cnonce="0a4f113b")
    known = secret("Mufasa", "testrealm@host.com", "Circle Of Life")
    assert response(known, "GET", given_) == "6629fae49393a05397450978507c4ef1"


@pytest.mark.parametrize("algorithm", ["MD5-sess", "SHA-512-256", "AKAv1-MD5", "\0"])
def test_algorithms_that_we_do_not_offer_have_no_response(algorithm: str) -> None:
    assert response(secret(), "REGISTER", FakeDigest(algorithm=algorithm)) is None
    assert check(Digests(), FakeDigest(algorithm=algorithm)) == "forged"


def answer(digests: Digests, algorithm: str = "SHA-256", now: float = 0.0, **changes: str) -> FakeDigest:
    asked = challenge_of(digests.challenge("a.example", HERE, now, BOTH), algorithm)
    return sign(FakeDigest(**{"nonce": asked["nonce"], "algorithm": algorithm, **changes}))


def sign(unsigned: FakeDigest, known: Secret | None = None) -> FakeDigest:
    proof = response(known or secret(), "REGISTER", unsigned)
    assert proof is not None
    return replace(unsigned, response=proof)


def check(digests: Digests, given_: FakeDigest, now: float = 0.0, source: str = HERE) -> Check:
    return digests.check(given_, "REGISTER", secret(), source, now, algorithms=BOTH)


@given(
    st.sampled_from(["MD5", "SHA-256"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30),
    st.text(max_size=30),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30),
    st.integers(1, 0xFFFFFFFF),
    st.floats(0, 300),
)
def test_who_knows_the_password_gets_in(
    algorithm: str, user: str, password: str, cnonce: str, count: int, age: float
) -> None:
    digests = Digests()
    text = f"{user}:a.example:{password}".encode()
    known = Secret(hashlib.md5(text).hexdigest(), hashlib.sha256(text).hexdigest())
    nonce = challenge_of(digests.challenge("a.example", HERE, 1000.0, BOTH), algorithm)["nonce"]
    given_ = FakeDigest(username=user, nonce=nonce, algorithm=algorithm, cnonce=cnonce, nc=f"{count:08x}")
    right = sign(given_, known)
    assert digests.check(right, "INVITE", known, HERE, 1000.0 + age, algorithms=BOTH) == "wrong", (
        "made for another method"
    )
    assert digests.check(right, "REGISTER", secret("x"), HERE, 1000.0 + age, algorithms=BOTH) == "wrong"
    assert digests.check(right, "REGISTER", known, HERE, 1000.0 + age, algorithms=BOTH) == "good"
    assert digests.check(right, "REGISTER", known, HERE, 1000.0 + age, algorithms=BOTH) == "stale", "a replay"


@given(st.builds(FakeDigest, *[], **{name: st.text(max_size=80) for name in FakeDigest.__dataclass_fields__}))
def test_any_text_is_checked_without_a_fuss(given_: FakeDigest) -> None:
    assert check(Digests(), given_) == "forged"


def test_challenges_are_made_per_algorithm_in_order() -> None:
    headers = Digests().challenge("a.example", HERE, 0.0, BOTH)
    assert ["algorithm=SHA-256" in headers[0][1], "algorithm=MD5" in headers[1][1]] == [True, True]
    assert challenge_of(headers, "MD5") | {"algorithm": ""} == challenge_of(headers, "SHA-256") | {
        "algorithm": ""
    }
    assert challenge_of(headers, "MD5")["qop"] == "auth"
    assert "stale" not in headers[0][1]
    only = Digests().challenge("a.example", HERE, 0.0, ("MD5",), stale=True)
    assert len(only) == 1 and only[0][1].endswith(", stale=true")


def test_an_algorithm_that_was_not_offered_is_not_accepted() -> None:
    digests = Digests()
    given_ = answer(digests, "MD5")
    only: tuple[Algorithm, ...] = ("SHA-256",)
    assert digests.check(given_, "REGISTER", secret(), HERE, 0.0, algorithms=only) == "wrong"
    assert check(digests, given_) == "good"


def test_counts_must_grow() -> None:
    digests = Digests()
    first = answer(digests, nc="00000005")
    assert check(digests, first) == "good"
    for count, result in [
        ("00000005", "stale"),
        ("00000004", "stale"),
        ("00000009", "good"),
        ("0000000A", "good"),
    ]:
        assert check(digests, sign(replace(first, nc=count))) == result
    assert check(digests, answer(digests, nc="00000000")) == "stale"
    for odd in ("1", "", "0000000g", "00000001\n", "+0000001"):
        assert check(digests, answer(digests, nc=odd)) == "wrong"


def test_a_nonce_lives_300_seconds_and_not_in_the_future() -> None:
    digests = Digests()
    given_ = answer(digests, now=1000.0)
    assert check(digests, given_, now=1300.1) == "stale"
    assert check(digests, given_, now=999.0) == "stale"
    assert check(digests, given_, now=1300.0) == "good"


def test_a_nonce_of_another_start_or_address_is_stale_for_who_knows_the_password() -> None:
    digests = Digests()
    assert check(digests, answer(Digests())) == "stale"
    given_ = answer(digests)
    assert check(digests, given_, source="198.51.100.1") == "stale"
    assert check(digests, replace(given_, response="0" * 64), source="198.51.100.1") == "forged"
    assert check(digests, replace(given_, response="0" * 64)) == "wrong"
    assert check(digests, given_) == "good", "none of these used it up"


def test_qop_is_required() -> None:
    digests = Digests()
    for qop in ("", "auth-int"):
        assert check(digests, answer(digests, qop=qop)) == "wrong"
    assert check(digests, answer(digests, cnonce="")) == "wrong"


def test_a_nonce_spelled_in_capitals_is_the_same_nonce() -> None:
    digests = Digests()
    given_ = answer(digests)
    assert check(digests, given_) == "good"
    assert check(digests, sign(replace(given_, nonce=given_.nonce.upper()))) == "stale"


def test_what_is_forgotten_early_cannot_be_replayed() -> None:
    digests = Digests(capacity=3)
    used = [answer(digests, now=float(moment)) for moment in range(6)]
    assert [check(digests, each, now=6.0) for each in used] == ["good"] * 6
    assert len(digests.nonces) == 3
    assert [check(digests, each, now=6.0) for each in used] == ["stale"] * 6
    assert check(digests, answer(digests, now=6.0), now=6.0) == "good"


def test_old_nonces_leave_the_table() -> None:
    digests = Digests()
    for moment in range(0, 4000, 10):
        assert check(digests, answer(digests, now=float(moment)), now=float(moment)) == "good"
    assert len(digests.nonces) <= 31


def test_nobody_has_a_secret_of_the_right_form_that_stays_the_same() -> None:
    digests = Digests()
    assert digests.nobody("x") == digests.nobody("x") != digests.nobody("y")
    assert (len(digests.nobody("x").md5), len(digests.nobody("x").sha256)) == (32, 64)
