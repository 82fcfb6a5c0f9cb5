"""Registration over the wire: a real core, real phones, and exact messages."""
