"""The SIP and media edge: alone in importing pjsua2 and the native module. One thread owns PJSIP."""
