"""The public network: which trunk a call takes, what it shows, what is allowed, and whose calls come in."""

from pbx.outside.door import Door, Unclear
from pbx.outside.outside import Outside, Refusal
from pbx.outside.plans import Plan

__all__ = ["Door", "Outside", "Plan", "Refusal", "Unclear"]
