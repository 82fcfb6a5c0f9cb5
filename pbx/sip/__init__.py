"""The SIP and media edge: the only package that imports pjsua2 and the native module. One thread owns PJSIP."""
