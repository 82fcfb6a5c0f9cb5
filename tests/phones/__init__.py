"""Real phones for tests: baresip, linphone, pjsua2 and sipp, and a raw SIP client. README.md tells how
to use them."""
