"""What other features hear about people."""

from django.dispatch import Signal

# All sessions of `user` must end: the password changed, or the person may not sign in any more.
shut_out = Signal()
