"""`python -m config.healthcheck`: asks the web server of this container whether it is well."""

from __future__ import annotations

import http.client
import os
import sys


def is_well(host: str = "127.0.0.1", port: int = 8000, named: str = "localhost") -> bool:
    """Whether /health/ answers 200; `named` is a host that ALLOWED_HOSTS knows."""
    connection = http.client.HTTPConnection(host, port, timeout=4)
    try:
        connection.request("GET", "/health/", headers={"Host": named})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def host_to_ask(allowed: str) -> str:
    """A name that the site answers to, from the value of ALLOWED_HOSTS; `*` is any."""
    first = next(filter(None, map(str.strip, allowed.split(","))), "")
    return first.lstrip(".") if first.strip("*.") else "localhost"


def main() -> int:
    port = int(os.environ.get("PORT", "8000"))
    named = host_to_ask(os.environ.get("ALLOWED_HOSTS", ""))
    return 0 if is_well(port=port, named=named) else 1


if __name__ == "__main__":
    sys.exit(main())
