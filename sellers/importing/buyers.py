"""Buyers are personal data: a keyed hash and a short label instead of a name."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from functools import lru_cache
from unicodedata import normalize

from django.utils.crypto import salted_hmac

_KEY_BYTES = 16


def buyer_keys(platform: str, names: Collection[str]) -> dict[str, str]:
    """Thirty-two hex digits for each name, the same for the same buyer, not to be turned back.

    Names that differ in case, blanks or Unicode form are one buyer. The key comes from
    ``SECRET_KEY``: with another one, every buyer is somebody new.
    """
    nothing, keys = _keyed(platform), {}
    for name, plain in zip(names, _plain(names), strict=True):
        keyed = nothing.copy()
        keyed.update(plain.encode())
        keys[name] = keyed.hexdigest()
    return keys


def _plain(names: Collection[str]) -> list[str]:
    """Names without what does not tell buyers apart."""
    together = "\n".join(names).casefold()
    plain = together.split()
    if len(plain) == len(names) and together.isascii() and plain == together.split("\n"):
        return plain  # in normal form already, and without a blank
    return [" ".join(normalize("NFKC", name).casefold().split()) for name in names]


def buyer_labels(keys: Sequence[str]) -> list[str]:
    """Names to show instead of the buyers': “Buyer 7F3A”; "" where the buyer is unknown."""
    return [key and "Buyer " + key[:4].upper() for key in keys]


@lru_cache(maxsize=16)
def _keyed(platform: str) -> hashlib.blake2b:
    """The hash of nothing yet; each name goes into a copy of it."""
    secret = salted_hmac("sellers.importing.buyers", platform, algorithm="sha256").digest()
    return hashlib.blake2b(key=secret, digest_size=_KEY_BYTES)
