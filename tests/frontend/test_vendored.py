"""What the pages carry from others is what static/vendor/VENDORED.toml says it is."""

from __future__ import annotations

import hashlib
import re
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.frontend.site import ROOT

VENDOR = ROOT / "static" / "vendor"
FILES: list[dict[str, Any]] = tomllib.loads((VENDOR / "VENDORED.toml").read_text())["file"]
NAMES = {entry["name"]: entry for entry in FILES}


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["name"])
def test_each_file_has_the_hash_that_is_written_down(entry: dict[str, Any]) -> None:
    found = hashlib.sha256((VENDOR / entry["path"]).read_bytes()).hexdigest()
    assert found == entry["sha256"]


@pytest.mark.parametrize("entry", FILES, ids=lambda entry: entry["name"])
def test_each_file_has_its_licence_beside_it(entry: dict[str, Any]) -> None:
    text = (VENDOR / entry["licence_file"]).read_text()
    assert "permission" in text.lower()


def test_nothing_else_lies_in_the_folder() -> None:
    listed = {entry[key] for entry in FILES for key in ("path", "licence_file")}
    lying = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert lying == listed | {"VENDORED.toml"}


def test_htmx_is_the_one_of_the_installed_django_htmx() -> None:
    ours = (VENDOR / NAMES["htmx"]["path"]).read_bytes()
    static = package_folder("django_htmx") / "static" / "django_htmx"
    assert ours == (static / "htmx-2.min.js").read_bytes()
    assert f'version:"{NAMES["htmx"]["version"]}"' in ours.decode()


def test_plotly_has_the_version_of_the_installed_wheels_bundle() -> None:
    bundle = package_folder("plotly") / "package_data" / "plotly.min.js"
    with bundle.open() as opened:
        wheel = re.search(r"plotly\.js v([\d.]+)", opened.read(300))
    ours = re.search(
        r"plotly\.js \(basic - minified\) v([\d.]+)",
        (VENDOR / NAMES["plotly.js-basic-dist-min"]["path"]).read_text()[:300],
    )
    assert wheel is not None
    assert ours is not None
    assert ours[1] == wheel[1] == NAMES["plotly.js-basic-dist-min"]["version"]
