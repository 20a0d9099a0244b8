"""The key that signs sessions and tokens."""

from __future__ import annotations

import os
import secrets

from config import env
from config.embedded.home import Home
from config.env import BadSetting

SHORTEST = 50  # what Django's own deployment check asks for


def secret_key(environment: env.Env, home: Home) -> str:
    """`DJANGO_SECRET_KEY`; with the embedded servers, a key made once and kept in the home."""
    given = env.text(environment, "DJANGO_SECRET_KEY")
    if given:
        return given
    if env.text(environment, "DATABASE_URL"):
        raise BadSetting(
            "DJANGO_SECRET_KEY",
            "",
            f"{SHORTEST} or more random characters, the same for web and workers "
            "(for example from `openssl rand -base64 48`)",
        )
    return _kept_key(home)


def _kept_key(home: Home) -> str:
    path = home.root / "secret_key"
    try:
        kept = path.read_text().strip()
    except FileNotFoundError:
        kept = ""
    if len(kept) >= SHORTEST:
        return kept
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"secret_key.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(SHORTEST))
    if kept:
        fresh.replace(path)
    else:
        try:
            path.hardlink_to(fresh)  # the first of several processes wins
        except FileExistsError:
            pass
        fresh.unlink()
    return path.read_text().strip()
