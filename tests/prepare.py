"""Makes ahead what the first tests would wait for: compiled loops and a migrated database.

`python -m tests.prepare`; without it the first test that needs them makes them.
"""

from __future__ import annotations

import subprocess
import sys

from tests.environment import OWN_DATABASE, pytest_unconfigure
from tests.servers import ROOT, migrated_cluster

COMPILE = (sys.executable, "-m", "eligibility.rules.warm_up")


def prepare() -> None:
    """Both at once."""
    with subprocess.Popen(COMPILE, cwd=ROOT) as compiling:
        if OWN_DATABASE:
            migrated_cluster()
    if compiling.returncode:
        raise SystemExit(compiling.returncode)


if __name__ == "__main__":
    try:
        prepare()
    finally:
        pytest_unconfigure()
