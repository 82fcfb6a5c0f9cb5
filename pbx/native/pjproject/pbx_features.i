// What Centrale needs of pjsua2's callbacks. A director method costs a Python call and the GIL each time, overridden or
// not; the ones below are never overridden (the C++ defaults run, without Python).

// Media is watched through onCallMediaState and pbx_native.call_stats.
%feature("nodirector") pj::Call::onCallSdpCreated;
%feature("nodirector") pj::Call::onStreamPreCreate;
%feature("nodirector") pj::Call::onStreamCreated;
%feature("nodirector") pj::Call::onStreamDestroyed;
%feature("nodirector") pj::Call::onCallMediaTransportState;
%feature("nodirector") pj::Call::onCallMediaEvent;
%feature("nodirector") pj::Call::onCreateMediaTransport;
%feature("nodirector") pj::Call::onCreateMediaTransportSrtp;
// onDtmfEvent repeats every update of one digit; onDtmfDigit comes once.
%feature("nodirector") pj::Call::onDtmfEvent;
%feature("nodirector") pj::Call::onCallRxText;
%feature("nodirector") pj::Call::onInstantMessage;
%feature("nodirector") pj::Call::onInstantMessageStatus;
%feature("nodirector") pj::Call::onTypingIndication;

%feature("nodirector") pj::Endpoint::onNatDetectionComplete;
%feature("nodirector") pj::Endpoint::onNatCheckStunServersComplete;
// pbx_native.install(on_closed=...) tells when a connection has gone.
%feature("nodirector") pj::Endpoint::onTransportState;
%feature("nodirector") pj::Endpoint::onTimer;
%feature("nodirector") pj::Endpoint::onIpChangeProgress;
%feature("nodirector") pj::Endpoint::onMediaEvent;
%feature("nodirector") pj::Endpoint::onCredAuth;
%feature("nodirector") pj::Endpoint::onRejectedIncomingCall;
%feature("nodirector") pj::Endpoint::onAudioMediaOpCompleted;
%feature("nodirector") pj::Endpoint::onVideoMediaOpCompleted;

// The registrar, subscriptions and messages outside calls go through pbx_native.
%feature("nodirector") pj::Account::onIncomingSubscribe;
%feature("nodirector") pj::Account::onInstantMessage;
%feature("nodirector") pj::Account::onInstantMessageStatus;
%feature("nodirector") pj::Account::onSendRequest;
%feature("nodirector") pj::Account::onTypingIndication;
%feature("nodirector") pj::Account::onMwiInfo;
%feature("nodirector") pj::Account::onAuthChallenge;
