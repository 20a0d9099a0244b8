"""Finds a Chromium for the end-to-end tests, or installs one without root.

`python -m tests.browser` installs it into var/ with npm when the machine has none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.environment import PROJECT_VAR

PACKAGE = "@sparticuz/chromium@147.0.0"  # carries the libraries it needs
FOLDER = PROJECT_VAR / "chromium"
INSTALLED = FOLDER / "chromium"
SYSTEM_FONTS = Path("/etc/fonts/fonts.conf")
FONTS = FOLDER / "fonts.conf"
KNOWN = (
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
EXTRACT = "import('@sparticuz/chromium').then(m => m.default.executablePath()).then(console.log)"


def find() -> Path | None:
    """`$CHROMIUM`, then the usual places, then the one that was installed into var/."""
    chosen = os.environ.get("CHROMIUM", "").strip()
    for place in (chosen, *KNOWN, str(INSTALLED)):
        if place and os.access(place, os.X_OK):
            return Path(place)
    return None


def environment(found: Path) -> dict[str, str | float | bool]:
    """What the browser runs with: the one in var/ brings its own libraries."""
    if found != INSTALLED:
        return dict(os.environ)
    libraries = [str(FOLDER / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
    fonts = {} if SYSTEM_FONTS.exists() else {"FONTCONFIG_FILE": str(FONTS)}
    return {
        **os.environ,
        **fonts,
        "LD_LIBRARY_PATH": ":".join(part for part in libraries if part),
    }


def install() -> Path | None:
    """Fetch one with npm. None when that is not possible, with the reason on standard error."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        print("No Chromium and no npm: the tests in a browser will be skipped.", file=sys.stderr)
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"Installing {PACKAGE} into {FOLDER}", file=sys.stderr)
    (FOLDER / "package.json").write_text('{"private": true}\n')
    quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--no-save")
    done = subprocess.run([npm, "install", *quiet, PACKAGE], cwd=FOLDER, check=False)
    if done.returncode == 0:
        # The package unpacks itself into the folder of temporary files.
        env = {**os.environ, "TMPDIR": str(FOLDER), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"}
        subprocess.run([node, "-e", EXTRACT], cwd=FOLDER, env=env, check=False)
        FONTS.write_text(
            f"<fontconfig><dir>{FOLDER / 'fonts'}</dir>"
            f"<cachedir>{FOLDER / 'fonts-cache'}</cachedir></fontconfig>\n"
        )
    found = find()
    if found is None:
        print("Chromium could not be installed: its tests will be skipped.", file=sys.stderr)
    return found


if __name__ == "__main__":
    raise SystemExit(0 if find() or install() or os.environ.get("CI") != "true" else 1)
