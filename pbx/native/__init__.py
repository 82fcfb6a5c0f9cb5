"""Builds pjsua2 and the native module `pbx_native`; docs/native.md. The programs import those two, not this
package."""
