"""The environment of a test run, set before Django reads its settings.

Loaded as an early plugin (`-p tests.environment` in pyproject.toml), because pytest-django reads
the settings before it reads conftest.py. Each run has a home of its own, with a short path.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from config.embedded.processes import is_alive

PREFIX = "standing-test-"
#: Bytes of memory that are left for everything else where the servers' files are kept in it.
PLENTY = 6 << 30
OWN_DATABASE = not os.environ.get("DATABASE_URL", "").strip()
OWN_REDIS = not os.environ.get("REDIS_URL", "").strip()
# Of several processes that share the tests each has a broker of its own, and the cache after it.
_number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
if _number and not OWN_REDIS:
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{2 * int(_number)}"
    os.environ.pop("CACHE_REDIS_URL", None)
# A folder that a test run may write, and that a restart of the run finds again.
PROJECT_VAR = Path(__file__).resolve().parent.parent / "var"


def under_ci() -> bool:
    return os.environ.get("CI", "").strip().lower() == "true"


def _remove_homes_of_ended_runs(folder: Path) -> None:
    for left in folder.glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _folder() -> Path:
    """Memory where there is plenty of it: the servers make and drop files all the time."""
    memory = Path("/dev/shm")  # noqa: S108 - the folder that is made there is private
    try:
        left = os.statvfs(memory)
    except OSError:
        return Path(tempfile.gettempdir())
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    plenty = min(left.f_bavail * left.f_frsize, free) > PLENTY and os.access(memory, os.W_OK)
    return memory if plenty else Path(tempfile.gettempdir())


for folder in {Path(tempfile.gettempdir()), _folder()}:
    _remove_homes_of_ended_runs(folder)
HOME = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_folder()))

os.environ["STANDING_HOME"] = str(HOME)
os.environ.setdefault("DJANGO_SECRET_KEY", "only-for-tests-" * 5)
os.environ["DEBUG"] = "0"
os.environ["DATABASE_POOL"] = "0"
os.environ["LOG_LEVEL"] = "WARNING"
# Playwright's synchronous interface runs inside an event loop of its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
for name in (
    "STANDING_BENCHMARKS",
    "STANDING_POLICY",
    "STANDING_POLICY_DIRS",
    "STANDING_RULE_DIRS",
    "STANDING_RULES_OFF",
    "ALLOWED_HOSTS",
):
    os.environ.pop(name, None)


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
