"""A column that the database holds encrypted (Fernet), with a key made from the web's secret key.

For secrets that the product must be able to say again (the password of a trunk). Whoever has a copy of the
database alone learns nothing; whoever has the data folder too does."""

import base64
from functools import lru_cache
from typing import Any

import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

log = structlog.get_logger(__name__)


@lru_cache(maxsize=4)
def _box(secret: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"centrale sealed columns").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


class SealedField(models.TextField):
    """Text in Python, ciphertext in the database. Empty text stays empty. What was sealed under another key
    reads as empty, and is logged."""

    def get_prep_value(self, value: Any) -> str:
        text = super().get_prep_value(value) or ""
        return _box(settings.SECRET_KEY).encrypt(text.encode()).decode() if text else ""

    def from_db_value(self, value: str | None, *_: Any) -> str:
        if not value:
            return ""
        try:
            return _box(settings.SECRET_KEY).decrypt(value.encode()).decode()
        except InvalidToken:
            log.error(
                "sealed.unreadable",
                column=str(self),
                text="The secret key is not the one it was sealed with.",
            )
            return ""
