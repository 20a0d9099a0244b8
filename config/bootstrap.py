"""Brings `.venv` up to date with the locked requirements. Standard library only.

    python config/bootstrap.py run|dev|bench

Safe to interrupt, to repeat, and to run twice at the same time: what was left half done is made
anew by the next call.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Each file holds all that the ones before it hold.
REQUIREMENTS = {
    "run": ROOT / "requirements.txt",
    "dev": ROOT / "requirements-dev.txt",
    "bench": ROOT / "requirements-bench.txt",
}
INSTALL = (
    *("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
    *("--require-hashes", "--no-deps"),
    "--no-compile",  # takes longer than the first page; Python compiles what is used
)
# What each set takes on the disk, measured, and a third more.
ROOM_MB = {"run": 920, "dev": 1340, "bench": 2160}
AT_ONCE = 4
FAST_PIP = 24


class Failed(Exception):
    """Says what went wrong and what to do."""


def main(wanted: str) -> int:
    try:
        if not is_ready(wanted):
            install_alone(wanted)
    except (Failed, OSError) as error:
        print(f"\n{in_words(error)}", file=sys.stderr)
        return 1
    return 0


def in_words(error: Failed | OSError) -> str:
    if isinstance(error, Failed):
        return str(error)
    remedy = "Make it yours (chown)" if isinstance(error, PermissionError) else "Mend that"
    return (
        f"The packages could not be installed: {error}.\n{remedy}, then run the same command again."
    )


def install_alone(wanted: str) -> None:
    """One at a time; who waited finds it done."""
    lock_path = ROOT / "var" / "setup.lock"
    lock_path.parent.mkdir(mode=0o700, exist_ok=True)
    with lock_path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another command is installing at the moment; waiting for it …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_ready(wanted):
            install(wanted)


def fingerprint(wanted: str) -> str:
    return hashlib.sha256(REQUIREMENTS[wanted].read_bytes()).hexdigest()


def stamp(wanted: str) -> Path:
    return VENV / f".installed-{wanted}"


def is_ready(wanted: str) -> bool:
    path = stamp(wanted)
    return PYTHON.exists() and path.exists() and path.read_text() == fingerprint(wanted)


def install(wanted: str) -> None:
    began = time.monotonic()
    unfinished = VENV / ".unfinished"
    if unfinished.exists() or not has_pip():
        check_room(wanted)
        create()
    if old_pip():  # an old one works too, only slower
        subprocess.run([PYTHON, *INSTALL, "-r", ROOT / "config" / "pip.txt"], check=False)  # noqa: S603
    packages = split(REQUIREMENTS[wanted].read_text())
    print(f"Installing {len(packages)} packages into .venv (only when they change) …", flush=True)
    unfinished.touch()
    if not install_all(packages):
        raise Failed(
            "The packages could not be installed; what pip said stands above.\n"
            "Most often the network or the disk is to blame. Run the same command again: "
            "it begins anew."
        )
    names = list(REQUIREMENTS)
    for held in names[: names.index(wanted) + 1]:
        stamp(held).write_text(fingerprint(held))
    unfinished.unlink()
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def check_room(wanted: str) -> None:
    """Refuse to begin what cannot end; what an unfinished environment takes is given back."""
    given_back = sum(path.lstat().st_size for path in VENV.rglob("*"))
    left = (shutil.disk_usage(ROOT).free + given_back) // 1_000_000
    if left < ROOM_MB[wanted]:
        raise Failed(
            f"The disk that holds {ROOT} has {left} MB left; the packages need "
            f"{ROOM_MB[wanted]} MB.\nMake some room, then run the same command again."
        )


def split(requirements: str) -> list[str]:
    """Each locked package with the lines of its hashes."""
    packages: list[str] = []
    for line in requirements.splitlines(keepends=True):
        if line[:1].isalnum():
            packages.append(line)
        elif packages and not line.lstrip().startswith("#"):
            packages[-1] += line
    return packages


def install_all(packages: list[str]) -> bool:
    """Several pips side by side: most of the time goes into reading what the index offers.

    The set is complete and without conflicts (it is locked), so the parts are independent.
    """
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for number in range(AT_ONCE):
            part = Path(folder) / f"part-{number}.txt"
            part.write_text("".join(packages[number::AT_ONCE]))
            running.append(subprocess.Popen([PYTHON, *INSTALL, "-r", part]))  # noqa: S603
        try:
            codes = [process.wait() for process in running]
        except BaseException:
            for process in running:
                process.kill()
                process.wait()
            raise
    return not any(codes)


def has_pip() -> bool:
    if not PYTHON.exists():
        return False
    asked = subprocess.run(  # noqa: S603 - our own command line
        [PYTHON, "-c", "import pip"], capture_output=True, check=False
    )
    return asked.returncode == 0


def old_pip() -> bool:
    found = sorted(VENV.glob("lib/python*/site-packages/pip-*.dist-info"))
    version = found[-1].name.removeprefix("pip-").partition(".")[0] if found else "0"
    return int(version) < FAST_PIP


def create() -> None:
    """A new `.venv` from the interpreter below this one, with the pip that this one brings."""
    bundled = bundled_pip()
    make_environment(*(["--without-pip"] if bundled else []))
    if bundled:
        # What `venv` would do with it takes twenty times as long: a pip that runs out of its own
        # archive installs it, and compiles all of it although a newer one follows at once.
        (VENV / ".unfinished").touch()
        with zipfile.ZipFile(bundled) as wheel:
            wheel.extractall(next(VENV.glob("lib/python*/site-packages")))


def bundled_pip() -> Path | None:
    """The wheel of pip that comes with Python, or with its package of a distribution."""
    system, module = sysconfig.get_config_var("WHEEL_PKG_DIR"), find_spec("ensurepip")
    folders = [Path(system)] if system else []
    if module and module.origin:
        folders.append(Path(module.origin).parent / "_bundled")
    found = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    return found[-1] if found else None


def make_environment(*options: str) -> None:
    base = getattr(sys, "_base_executable", None) or sys.executable
    done = subprocess.run(  # noqa: S603 - our own command line
        [base, "-m", "venv", "--clear", *options, VENV], check=False
    )
    if done.returncode:
        raise Failed(
            f"{base} could not make the virtual environment .venv.\n"
            "On Debian and Ubuntu its venv module is a package of its own: "
            f"apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
