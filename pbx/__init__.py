"""The data plane: every SIP dialog and every media stream of one node. Imports no Django."""

__version__ = "0.1.0"
