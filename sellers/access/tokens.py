"""Secrets in the links of letters: made once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> tuple[str, str]:
    """A secret of 256 bits for an address, and its hash for the table."""
    token = secrets.token_urlsafe(32)
    return token, hash_of(token)


def hash_of(token: str) -> str:
    """SHA-256 in hexadecimal digits; a random secret needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
