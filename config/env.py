"""Typed readers of environment variables.

Every reader is a pure function of the mapping it is given, so that it can be tested without
touching the process. A value that cannot be used raises `BadSetting`, which names the variable,
what was read and what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

Env = Mapping[str, str]

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
REDIS_SCHEMES = ("redis", "rediss", "unix")


class BadSetting(ImproperlyConfigured):
    """An environment variable whose value cannot be used."""

    def __init__(self, name: str, read: str, allowed: str) -> None:
        self.name, self.read, self.allowed = name, read, allowed
        super().__init__(f"{name}: read {read!r}, allowed: {allowed}.")


def text(env: Env, name: str, default: str = "") -> str:
    """The value without surrounding blanks; an empty value counts as not set."""
    return env.get(name, "").strip() or default


def flag(env: Env, name: str, *, default: bool) -> bool:
    value = text(env, name)
    if not value:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise BadSetting(name, value, "1, true, yes, on or 0, false, no, off")


def integer(env: Env, name: str, *, default: int, least: int, most: int) -> int:
    value = text(env, name)
    if not value:
        return default
    allowed = f"a whole number from {least} to {most}"
    try:
        number = int(value)
    except ValueError as error:
        raise BadSetting(name, value, allowed) from error
    if not least <= number <= most:
        raise BadSetting(name, value, allowed)
    return number


def choice(env: Env, name: str, *, default: str, options: tuple[str, ...]) -> str:
    value = text(env, name, default)
    if value not in options:
        raise BadSetting(name, value, ", ".join(options))
    return value


def words(env: Env, name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list separated by commas; blanks around the commas do not count."""
    found = [word.strip() for word in env.get(name, "").split(",")]
    return [word for word in found if word] or list(default)


def folders(env: Env, name: str) -> list[Path]:
    """Existing folders separated by commas."""
    found = [Path(word).expanduser() for word in words(env, name)]
    for folder in found:
        if not folder.is_dir():
            raise BadSetting(name, str(folder), "folders that exist, separated by commas")
    return found


def database(env: Env, name: str) -> dict[str, Any] | None:
    """Django's connection settings from a PostgreSQL URL, or None when it is not set.

    `postgres://user:password@host:5432/name?sslmode=require`; a host that is a folder of unix
    sockets is written with its slashes as `%2F`.
    """
    value = text(env, name)
    if not value:
        return None
    allowed = "postgres://user:password@host:port/name (a PostgreSQL database)"
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError as error:
        raise BadSetting(name, without_password(value), allowed) from error
    database_name = unquote(url.path.removeprefix("/"))
    if url.scheme not in {"postgres", "postgresql"} or not database_name or "/" in database_name:
        raise BadSetting(name, without_password(value), allowed)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(_host_as_written(url.netloc)),
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def _host_as_written(netloc: str) -> str:
    """The host with its letter case kept, which `urlsplit().hostname` would lose for a path."""
    host = netloc.rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def redis(env: Env, name: str) -> str | None:
    """A Redis URL with its database number made explicit, or None when it is not set.

    `redis://host:6379/0`, `rediss://…` for TLS, `unix:///folder/socket?db=0` for a socket.
    """
    value = text(env, name)
    if not value:
        return None
    allowed = "redis://host:port/number, rediss://host:port/number or unix:///path?db=number"
    try:
        url = urlsplit(value)
        url.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise BadSetting(name, without_password(value), allowed) from error
    number = redis_number(value)
    if url.scheme not in REDIS_SCHEMES or number is None:
        raise BadSetting(name, without_password(value), allowed)
    if url.scheme == "unix" and not url.path.strip("/"):
        raise BadSetting(name, value, allowed)
    return redis_with_number(value, number)


def redis_number(value: str) -> int | None:
    """The database number a Redis URL names (0 when it names none), None when it is no number."""
    url = urlsplit(value)
    if url.scheme == "unix":
        written = dict(parse_qsl(url.query)).get("db", "0")
    else:
        written = url.path.strip("/") or "0"
    return int(written) if written.isdecimal() else None


def redis_with_number(value: str, number: int) -> str:
    """The same Redis server, another database number."""
    url = urlsplit(value)
    if url.scheme != "unix":
        return url._replace(path=f"/{number}").geturl()
    kept = [f"{key}={word}" for key, word in parse_qsl(url.query) if key != "db"]
    return f"unix://{url.path}?{'&'.join([f'db={number}', *kept])}"


def broker(redis_url: str) -> str:
    """The same Redis database in the form that Celery's transport reads."""
    url = urlsplit(redis_url)
    if url.scheme != "unix":
        return redis_url
    return f"redis+socket://{url.path}?virtual_host={redis_number(redis_url)}"


def email(env: Env, name: str) -> dict[str, Any] | None:
    """Django's settings of a mail server from a URL, or None when it is not set.

    `smtp://user:password@host:587` speaks STARTTLS, `smtps://…:465` TLS from the first byte;
    `smtp://host:25?tls=0` sends in the clear, for a server on the same machine.
    """
    value = text(env, name)
    if not value:
        return None
    allowed = "smtp://user:password@host:port or smtps://user:password@host:port"
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError as error:
        raise BadSetting(name, without_password(value), allowed) from error
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise BadSetting(name, without_password(value), allowed)
    secure = url.scheme == "smtps"
    options = dict(parse_qsl(url.query))
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_SSL": secure,
        "EMAIL_USE_TLS": not secure and flag(options, "tls", default=True),
        "EMAIL_TIMEOUT": 10,
    }


def without_password(value: str) -> str:
    """The URL with its password masked, for messages and logs."""
    front, at, back = value.rpartition("@")
    if not at:
        return value
    scheme, slashes, user = front.partition("://")
    return f"{scheme}{slashes}{user.partition(':')[0]}:***@{back}"
