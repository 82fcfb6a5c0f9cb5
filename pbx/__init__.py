"""The data plane: every SIP dialog and every media stream of one node. Imports no Django."""
