"""A process with one real pjsua2 endpoint and pbx_native installed, steered by JSON lines on stdin.

Each command gets one line back; events come as lines of their own. Run by tests/native/harness.py.
"""

from __future__ import annotations

import base64
import json
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pbx_native
import pjsua2 as pj

_write_lock = threading.Lock()


def say(**line: Any) -> None:
    with _write_lock:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def described(request: pbx_native.Request) -> dict[str, Any]:
    """Every attribute of a request, as JSON can carry it."""
    plain = [
        "token",
        "method",
        "uri",
        "uri_user",
        "uri_host",
        "from_uri",
        "from_user",
        "from_host",
        "from_display",
        "from_tag",
        "to_uri",
        "to_user",
        "to_host",
        "to_tag",
        "call_id",
        "cseq",
        "contact_star",
        "expires",
        "paths",
        "record_routed",
        "via_count",
        "user_agent",
        "supported",
        "accept",
        "content_type",
        "source_ip",
        "source_port",
        "local_ip",
        "local_port",
        "transport",
    ]
    fields: dict[str, Any] = {name: getattr(request, name) for name in plain}
    fields["package"] = request.event
    fields["body"] = base64.b64encode(request.body).decode()
    fields["raw"] = base64.b64encode(request.raw).decode()
    fields["contacts"] = [[c.uri, c.expires, c.q, c.params] for c in request.contacts]
    names = ["username", "realm", "nonce", "uri", "response", "algorithm", "qop", "nc", "cnonce", "opaque"]
    fields["credentials"] = [{name: getattr(d, name) for name in names} for d in request.credentials]
    fields["x_test"] = request.header("X-Test")
    fields["via"] = request.header("v")
    return fields


class TestCall(pj.Call):
    __test__ = False

    def onCallState(self, prm: Any) -> None:
        brief = pbx_native.call_brief(self.getId())
        say(event="call", id=self.getId(), brief=brief, stats=pbx_native.call_stats(self.getId()))
        if brief and brief[0] == pj.PJSIP_INV_STATE_DISCONNECTED:
            pbx_native.forget(self.getId())
            Agent.calls.pop(self.getId(), None)

    def onCallMediaState(self, prm: Any) -> None:
        pbx_native.join(self.getId(), self.getId())  # echo, so that RTP flows both ways
        say(event="media", id=self.getId(), brief=pbx_native.call_brief(self.getId()))

    def onCallRedirected(self, prm: Any) -> int:
        say(event="redirected", target=prm.targetUri)
        return int(pj.PJSIP_REDIRECT_STOP)

    def onDtmfDigit(self, prm: Any) -> None:
        say(event="dtmf", id=self.getId(), digit=prm.digit, at=time.monotonic())


class TestAccount(pj.Account):
    __test__ = False

    def onIncomingCall(self, prm: Any) -> None:
        call = TestCall(self, prm.callId)
        Agent.calls[prm.callId] = call
        say(event="incoming", id=prm.callId)
        answer = pj.CallOpParam()
        answer.statusCode = Agent.answer
        answer.opt.textCount = 0
        call.answer(answer)


class Agent:
    calls: ClassVar[dict[int, TestCall]] = {}
    answer = 200

    def __init__(self, port: int, tls_port: int, certificate: str, key: str) -> None:
        self.policy: dict[str, Any] = {}
        self.kept: list[pbx_native.Request] = []
        self.commands: queue.Queue[dict[str, Any]] = queue.Queue()
        self.woken = 0.0
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        self.endpoint.libInit(self._configuration())
        pbx_native.install(
            self.screen, on_result=self.on_result, on_message=self.on_message, on_closed=self.on_closed
        )
        self.endpoint.audDevManager().setNullDev()
        self._listen(port, tls_port, certificate, key)
        self.endpoint.libStart()
        self.account = TestAccount()
        self.account.create(self._account_configuration(port))

    def _configuration(self) -> Any:
        configuration = pj.EpConfig()
        configuration.uaConfig.threadCnt = 0
        configuration.uaConfig.mainThreadOnly = True
        configuration.uaConfig.maxCalls = 64
        configuration.logConfig.level = 0
        configuration.logConfig.consoleLevel = 0
        configuration.medConfig.noVad = True
        return configuration

    def _listen(self, port: int, tls_port: int, certificate: str, key: str) -> None:
        settings = pj.TransportConfig()
        settings.port = port
        settings.boundAddress = "127.0.0.1"
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, settings)
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_TCP, settings)
        if tls_port:
            settings.port = tls_port
            settings.tlsConfig.certFile = certificate
            settings.tlsConfig.privKeyFile = key
            settings.tlsConfig.msecTimeout = 3000
            self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_TLS, settings)

    def _account_configuration(self, port: int) -> Any:
        configuration = pj.AccountConfig()
        configuration.idUri = f"sip:agent@127.0.0.1:{port}"
        configuration.mediaConfig.transportConfig.port = port + 100
        configuration.mediaConfig.transportConfig.portRange = 100
        return configuration

    # ---- callbacks of the module ----

    def screen(self, request: pbx_native.Request) -> Any:
        policy = self.policy.get(request.method, self.policy.get("*"))
        if policy not in ("silent", "silent hold"):
            say(event="request", **described(request))
        if policy == "keep":
            self.kept.append(request)
            return 200, "OK", []
        if policy == "raise":
            raise ValueError("screen was asked to fail")
        if policy in (None, "pass"):
            return None
        if policy == "silent":
            return 200, "OK", []
        if policy == "drop":
            return False
        if policy in ("hold", "silent hold"):
            return True
        code, reason, headers = policy
        return code, reason, [(name, value) for name, value in headers]

    def on_result(self, token: int, code: int, reason: str) -> None:
        say(event="result", token=token, code=code, reason=reason)

    def on_message(self, incoming: bool, ip: str, port: int, transport: str, raw: bytes) -> None:
        text = raw.decode("utf-8", "replace")
        say(event="message", incoming=incoming, ip=ip, port=port, transport=transport, raw=text)

    def on_closed(self, ip: str, port: int, transport: str) -> None:
        say(event="closed", ip=ip, port=port, transport=transport)

    # ---- commands ----

    def do_policy(self, **policy: Any) -> None:
        self.policy = policy

    def do_answer(self, code: int) -> None:
        Agent.answer = code

    def do_call(self, uri: str) -> int:
        call = TestCall(self.account)
        settings = pj.CallOpParam(True)
        settings.opt.textCount = 0
        settings.opt.videoCount = 0
        call.makeCall(uri, settings)
        Agent.calls[call.getId()] = call
        return int(call.getId())

    def do_hangup(self, id: int) -> None:
        Agent.calls[id].hangup(pj.CallOpParam())

    def do_dtmf(self, id: int, digits: str) -> float:
        Agent.calls[id].dialDtmf(digits)
        return time.monotonic()

    def do_native(self, name: str, arguments: list[Any]) -> Any:
        if name == "respond" and len(arguments) > 5:
            arguments[5] = arguments[5].encode()
        if name == "send_request" and len(arguments) > 7:
            arguments[7] = arguments[7].encode()
        if name in ("respond", "send_request"):
            arguments = [[tuple(h) for h in a] if isinstance(a, list) else a for a in arguments]
        return getattr(pbx_native, name)(*arguments)

    def do_kept(self) -> list[dict[str, Any]]:
        """Reads and drops the kept requests on another thread, as the asyncio loop would."""
        answers: list[dict[str, Any]] = []

        def read() -> None:
            answers.extend(described(request) for request in self.kept)
            self.kept.clear()

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        return answers

    def do_wake_latency(self, rounds: int) -> list[float]:
        """Seconds from wake() on another thread until poll() is back."""
        go, called = threading.Event(), []

        def waker() -> None:
            for _ in range(rounds):
                go.wait()
                go.clear()
                time.sleep(0.005)  # the measured thread has to be asleep in poll() first
                called.append(time.perf_counter())
                pbx_native.wake()

        thread = threading.Thread(target=waker)
        thread.start()
        latencies = []
        for round_number in range(rounds):
            go.set()
            while len(called) <= round_number:
                pbx_native.poll(2000)
            latencies.append(time.perf_counter() - called[round_number])
        thread.join()
        return latencies

    def do_files(self) -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def do_memory(self) -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    def _work(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                yield self.commands.get_nowait()
            except queue.Empty:
                return

    def _obey(self, command: dict[str, Any]) -> None:
        number = command.pop("number")
        try:
            method: Callable[..., Any] = getattr(self, "do_" + command.pop("do"))
            say(reply=number, value=method(**command))
        except Exception as problem:
            say(reply=number, error=f"{type(problem).__name__}: {problem}")

    def run(self) -> None:
        def read() -> None:
            for line in sys.stdin:
                self.commands.put(json.loads(line))
                pbx_native.wake()
            self.commands.put({"do": "quit"})
            pbx_native.wake()

        threading.Thread(target=read, daemon=True).start()
        say(event="ready")
        while True:
            for command in self._work():
                if command["do"] == "quit":
                    return self._quit(command)
                self._obey(command)
            pbx_native.poll(1000)

    def _quit(self, command: dict[str, Any]) -> None:
        if command.get("uninstall", True):
            pbx_native.uninstall()
            pbx_native.uninstall()
        self.account.shutdown()
        Agent.calls.clear()
        self.endpoint.libDestroy()
        if "number" in command:
            say(reply=command["number"], value=True)


def main() -> None:
    sys.unraisablehook = lambda problem: say(
        event="unraisable", what=f"{problem.exc_type.__name__}: {problem.exc_value}"
    )
    port, tls_port, certificate, key = sys.argv[1:5]
    Agent(int(port), int(tls_port), certificate, key).run()


if __name__ == "__main__":
    main()
