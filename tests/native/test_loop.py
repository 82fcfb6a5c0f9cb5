"""poll() and wake(), and the beginning and the end of the module."""

import subprocess
import sys

import pytest

from tests.native.harness import ROOT, Agent, Phone, sdp


@pytest.mark.alone
def test_wake_ends_poll_within_a_millisecond(agent: Agent) -> None:
    latencies = sorted(agent.command("wake_latency", rounds=200))
    median = latencies[100]
    assert median < 0.001, f"median {median * 1e6:.0f} us"


def test_the_end_without_uninstall(agent: Agent, phone: Phone) -> None:
    agent.screen_all("hold")
    phone.send(phone.request("REGISTER"))
    agent.wait("request")
    agent.native("send_request", 1, "OPTIONS", f"sip:a@127.0.0.1:{phone.port}", "<sip:a@b>", "<sip:a@b>")
    assert agent.quit(uninstall=False) == 0


def test_functions_after_uninstall(agent: Agent, phone: Phone) -> None:
    agent.native("uninstall")
    assert agent.native("respond", 1, 200) is False
    assert agent.native("call_brief", 0) is None
    assert agent.native("rx_packets", [0, 1]) == [-1, -1]
    assert agent.native("denied") == {} and agent.native("malformed") == {}
    with pytest.raises(RuntimeError, match="ValueError"):
        agent.native("send_request", 1, "OPTIONS", "sip:a@127.0.0.1", "<sip:a@b>", "<sip:a@b>")
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200"), "pjsua answers alone now"


def test_install_needs_an_endpoint_and_happens_once() -> None:
    script = """
import pbx_native, pjsua2
pbx_native.wake()
try: pbx_native.install(print)
except RuntimeError as e: print("before", e)
e = pjsua2.Endpoint(); e.libCreate(); c = pjsua2.EpConfig()
c.uaConfig.threadCnt = 0; c.uaConfig.mainThreadOnly = True; c.logConfig.level = c.logConfig.consoleLevel = 0
e.libInit(c)
pbx_native.install(print)
try: pbx_native.install(print)
except RuntimeError as e2: print("twice", e2)
try: pbx_native.install("no function")
except TypeError: print("type")
pbx_native.uninstall(); pbx_native.install(print)
pbx_native.poll(0); pbx_native.wake(); pbx_native.poll(60000)
pbx_native.uninstall(); e.libDestroy(); print("end")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith(("before", "twice", "type", "end"))]
    assert [line.split()[0] for line in lines] == ["before", "twice", "type", "end"]


def test_calls_may_outlive_the_module(agent: Agent, phone: Phone) -> None:
    """Their audio runs in PJSIP's threads until libDestroy()."""
    agent.screen_all("pass")
    for number in range(5):
        body = sdp(40000 + 2 * number)
        phone.send(
            phone.request("INVITE", "Content-Type: application/sdp", body=body, call_id=f"alive{number}")
        )
        agent.wait("media", id=number)
    agent.native("uninstall")
    assert agent.quit() == 0
