"""The kinds of text that messages between the planes are made of."""

from typing import Annotated, Literal

import msgspec

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z*#+._-]+$")]
Domain = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[a-z0-9.-]+$")]
Text = Annotated[str, msgspec.Meta(max_length=200)]
Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32}|[0-9a-f]{64})$")]
Language = Literal["nl", "en"]
Digits = Annotated[str, msgspec.Meta(min_length=1, max_length=20, pattern=r"^[0-9*#]+$")]
E164 = Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{2,14}$")]
