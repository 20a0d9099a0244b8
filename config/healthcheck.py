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


def main() -> int:
    port = int(os.environ.get("PORT", "8000"))
    named = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip() or "localhost"
    return 0 if is_well(port=port, named=named.lstrip(".")) else 1


if __name__ == "__main__":
    sys.exit(main())
