"""The verdicts of screen(), and holding."""

import pytest

from tests.native.harness import Agent, Phone, header_of, headers_of, until


def test_answer_is_stateless_and_repeatable(agent: Agent, phone: Phone) -> None:
    agent.policy(
        REGISTER=[401, "Who are you", [["WWW-Authenticate", 'Digest realm="r", nonce="n"'], ["X-Two", "é"]]]
    )
    request = phone.request("REGISTER")
    answers = []
    for _ in range(2):
        phone.send(request)
        answers.append(phone.receive())
    assert answers[0] == answers[1]
    assert answers[0].startswith("SIP/2.0 401 Who are you\r\n")
    assert header_of(answers[0], "WWW-Authenticate") == 'Digest realm="r", nonce="n"'
    assert header_of(answers[0], "X-Two") == "é"
    assert "tag=" in header_of(answers[0], "To")
    assert len(agent.settled("request")) == 2


def test_header_values_cannot_break_out_of_their_line(agent: Agent, phone: Phone) -> None:
    agent.policy(REGISTER=[200, "O\r\nK: x", [["X-One", "a\r\nX-Evil: b"]]])
    answer = phone.ask("REGISTER")
    assert headers_of(answer, "X-Evil") == [] and headers_of(answer, "K") == []
    assert header_of(answer, "X-One") == "a  X-Evil: b"


def test_drop_says_nothing(agent: Agent, phone: Phone) -> None:
    agent.policy(REGISTER="drop", OPTIONS=[200, "", []])
    phone.send(phone.request("REGISTER"))
    agent.wait("request", method="REGISTER")
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200 OK"), "the first answer is to the second request"


def test_pass_reaches_pjsua(agent: Agent, phone: Phone) -> None:
    agent.screen_all("pass")
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    phone.send(phone.request("REGISTER"))
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200"), "pjsua has no answer to REGISTER"


@pytest.mark.parametrize("verdict", ["raise", [1, "too small", []], [180, "not final", []], ["x", "y", []]])
def test_a_failing_screen_answers_500_and_is_reported(agent: Agent, phone: Phone, verdict: object) -> None:
    agent.screen_all(verdict)
    assert phone.ask("REGISTER").startswith("SIP/2.0 500")
    assert agent.wait("unraisable")["what"].startswith(("ValueError", "TypeError", "RuntimeError"))


def test_ack_and_cancel_are_not_screened(agent: Agent, phone: Phone) -> None:
    agent.screen_all([403, "No", []])
    phone.send(phone.request("ACK"))
    assert phone.ask("CANCEL").startswith("SIP/2.0 481")
    assert phone.ask("OPTIONS").startswith("SIP/2.0 403")
    assert [e["method"] for e in agent.settled("request")] == ["OPTIONS"]


def test_a_to_tag_without_a_dialog_is_screened(agent: Agent, phone: Phone) -> None:
    """Refreshes of subscriptions that Python keeps arrive so."""
    agent.policy(SUBSCRIBE=[200, "OK", []], NOTIFY=[481, "No", []], INFO="pass")
    assert phone.ask("SUBSCRIBE", "Event: dialog", to="<sip:bob@x>;tag=mine").startswith("SIP/2.0 200")
    assert agent.settled("request")[-1]["to_tag"] == "mine"
    assert phone.ask("NOTIFY", "Event: message-summary", to="<sip:bob@x>;tag=mine").startswith(
        "SIP/2.0 481 No"
    )
    assert phone.ask("INFO", to="<sip:bob@x>;tag=mine").startswith("SIP/2.0 481")


def test_hold_absorbs_retransmissions_until_respond(agent: Agent, phone: Phone) -> None:
    agent.policy(REGISTER="hold", OPTIONS=[200, "", []])
    request = phone.request("REGISTER")
    for _ in range(3):
        phone.send(request)
    token = agent.wait("request")["token"]
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200"), "nothing was said about the held one"
    assert len(agent.settled("request", method="REGISTER")) == 1
    assert agent.native("held") == 1
    assert agent.native("respond", token, 200, "Fine", [["Contact", "<sip:a@192.0.2.1>;expires=60"]])
    answer = phone.receive()
    assert answer.startswith("SIP/2.0 200 Fine\r\n")
    assert header_of(answer, "Contact") == "<sip:a@192.0.2.1>;expires=60"
    assert agent.native("held") == 0
    assert agent.native("respond", token, 200) is False
    phone.send(request)
    assert phone.receive() == answer, "the transaction repeats its answer"


def test_respond_with_a_body(agent: Agent, phone: Phone) -> None:
    agent.policy(OPTIONS="hold")
    phone.send(phone.request("OPTIONS"))
    token = agent.wait("request")["token"]
    assert agent.native("respond", token, 200, "", [], "application/sdp", "v=0\r\né")
    answer = phone.receive()
    assert header_of(answer, "Content-Type") == "application/sdp"
    assert answer.endswith("\r\n\r\nv=0\r\né") and header_of(answer, "Content-Length") == "7"


def test_held_invite_gets_100_then_a_provisional_then_the_end(agent: Agent, phone: Phone) -> None:
    agent.policy(INVITE="hold")
    request = phone.request("INVITE", branch="held1")
    phone.send(request)
    assert phone.receive().startswith("SIP/2.0 100")
    token = agent.wait("request")["token"]
    assert agent.native("respond", token, 181, "Wait")
    ringing = phone.receive()
    assert ringing.startswith("SIP/2.0 181 Wait")
    assert agent.native("respond", token, 603, "No")
    final = phone.receive()
    assert final.startswith("SIP/2.0 603 No")
    assert header_of(final, "To") == header_of(ringing, "To")
    assert agent.native("held") == 0


def test_cancel_of_a_held_invite(agent: Agent, phone: Phone) -> None:
    agent.policy(INVITE="hold")
    phone.send(phone.request("INVITE", branch="held2", call_id="c2"))
    assert phone.receive().startswith("SIP/2.0 100")
    phone.send(phone.request("CANCEL", branch="held2", call_id="c2"))
    answers = {header_of(a, "CSeq"): a for a in (phone.receive(), phone.receive())}
    assert answers["1 CANCEL"].startswith("SIP/2.0 200")
    assert answers["1 INVITE"].startswith("SIP/2.0 487")
    assert agent.native("held") == 0


def test_respond_refuses_nonsense(agent: Agent, phone: Phone) -> None:
    assert agent.native("respond", 123456, 200) is False
    with pytest.raises(RuntimeError, match="ValueError"):
        agent.native("respond", 1, 99)
    with pytest.raises(RuntimeError, match="ValueError"):
        agent.native("respond", 1, 700)


def test_a_held_request_over_a_connection_that_closes_is_let_go(agent: Agent) -> None:
    agent.policy(REGISTER="hold")
    phone = Phone(agent, "tcp")
    phone.send(phone.request("REGISTER"))
    token = agent.wait("request")["token"]
    phone.close()
    agent.wait("closed")
    agent.native("respond", token, 200)
    until(lambda: agent.native("held") == 0, "the hold ends")


def test_held_requests_are_answered_503_at_the_end(agent: Agent, phone: Phone) -> None:
    agent.policy(REGISTER="hold")
    phone.send(phone.request("REGISTER"))
    agent.wait("request")
    assert agent.quit() == 0
    assert phone.receive().startswith("SIP/2.0 503")


@pytest.mark.timeout(120)
def test_holds_are_bounded_and_time_out(agent: Agent, phone: Phone) -> None:
    """20,000 at once, one 503, and after 30 s 500 for each; the memory comes back for the next ones."""
    agent.policy(REGISTER="silent hold", OPTIONS="silent", PUBLISH="silent hold")
    held = 0
    while held < 20000:
        for _ in range(50):  # as many as the socket's buffer surely takes
            phone.send(phone.request("REGISTER"))
        assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
        held = agent.native("held")
    answer = phone.ask("PUBLISH", "Event: presence")
    assert answer.startswith("SIP/2.0 503") and header_of(answer, "Retry-After") == "5"
    assert agent.native("held") == 20000
    until(lambda: agent.native("held") == 0, "all holds time out", 60)
