"""Buyers are personal data: a keyed hash and a short label instead of a name."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import lru_cache

from django.utils.crypto import salted_hmac

_KEY_BYTES = 16


def buyer_key(platform: str, name: str) -> str:
    """Thirty-two hex digits, the same for the same buyer, not to be turned back.

    Names that differ in case, blanks or Unicode form are one buyer. The key comes from
    ``SECRET_KEY``: with another one, every buyer is somebody new.
    """
    plain = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    keyed = hashlib.blake2b(plain.encode(), key=_secret(platform), digest_size=_KEY_BYTES)
    return keyed.hexdigest()


def buyer_label(key: str) -> str:
    """A name to show instead of the buyer's: “Buyer 7F3A”."""
    return f"Buyer {key[:4].upper()}"


@lru_cache(maxsize=16)
def _secret(platform: str) -> bytes:
    return salted_hmac("sellers.importing.buyers", platform, algorithm="sha256").digest()
