"""A phone of many WebRTC legs as a program of its own: ICE, DTLS-SRTP, RTCP on the port of RTP. It registers
its accounts, answers every call and sends a tone to each. Settings are one line of JSON on standard input; it
writes "registered" once all accounts are, and ends with its input."""

import json
import select
import sys
from typing import Any

import pjsua2 as pj


class Call(pj.Call):  # type: ignore[misc]
    def __init__(self, peer: "Peer", account: pj.Account, number: int) -> None:
        super().__init__(account, number)
        self._peer = peer

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        if self.getInfo().state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._peer.over.append(self)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                self._peer.tone.startTransmit(self.getAudioMedia(index))


class Account(pj.Account):  # type: ignore[misc]
    def __init__(self, peer: "Peer") -> None:
        super().__init__()
        self._peer = peer

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        if prm.code == 200:
            self._peer.registered.add(self.getId())

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = Call(self._peer, self, prm.callId)
        self._peer.calls.append(call)
        answer = pj.CallOpParam(True)
        answer.opt.textCount = answer.opt.videoCount = 0
        answer.statusCode = 200
        call.answer(answer)


class Peer:
    """`settings`: the rate of the bridge, one codec, a WAV file, and accounts with their proxies."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.calls: list[Call] = []
        self.over: list[Call] = []
        self.registered: set[int] = set()
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = 0
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        config.uaConfig.maxCalls = 512
        config.uaConfig.mwiUnsolicitedEnabled = False
        config.medConfig.clockRate = settings["rate"]
        config.medConfig.maxMediaPorts = 2048
        config.medConfig.threadCnt = 1
        config.medConfig.noVad = True
        config.medConfig.ecTailLen = 0
        self._endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.boundAddress = "127.0.0.1"
        self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_TCP, transport)
        self._endpoint.libStart()
        self._endpoint.audDevManager().setNullDev()
        codecs = self._endpoint.codecEnum2()
        for codec in codecs:
            wanted = codec.codecId.startswith(settings["codec"])
            self._endpoint.codecSetPriority(codec.codecId, 200 if wanted else 0)
        opus = self._endpoint.getCodecOpusConfig()
        opus.sample_rate, opus.channel_cnt, opus.complexity = settings["rate"], 1, 0
        self._endpoint.setCodecOpusConfig(opus)
        self.tone = pj.AudioMediaPlayer()
        self.tone.createPlayer(settings["tone"])
        self._accounts = [self._account(**each) for each in settings["accounts"]]

    def _account(self, uri: str, registrar: str, proxy: str) -> Account:
        config = pj.AccountConfig()
        config.idUri = uri
        config.regConfig.registrarUri = registrar
        config.regConfig.timeoutSec = 600
        config.sipConfig.proxies.append(proxy)
        config.natConfig.contactRewriteUse = config.natConfig.sipOutboundUse = 0
        config.natConfig.iceEnabled = True
        config.mwiConfig.enabled = False
        media = config.mediaConfig
        media.rtcpMuxEnabled = True
        media.srtpUse = pj.PJMEDIA_SRTP_MANDATORY
        media.srtpSecureSignaling = 0
        media.srtpOpt.keyings.append(pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP)
        media.transportConfig.boundAddress = "127.0.0.1"
        account = Account(self)
        account.create(config)
        return account

    def run(self) -> None:
        told = False
        while not select.select([sys.stdin], [], [], 0)[0]:
            self._endpoint.libHandleEvents(10)
            self.over.clear()
            if not told and len(self.registered) == len(self._accounts):
                told = True
                print("registered", flush=True)


if __name__ == "__main__":
    Peer(json.loads(sys.stdin.readline())).run()
    # What is left of calls and ports ends with the process.
