"""Templates keep the rules that the Content-Security-Policy and the design system need."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.frontend.site import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COMPONENTS = sorted((ROOT / "templates" / "components").glob("_*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
SYMBOLS = set(
    re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/vendor/lucide/icons.svg").read_text())
)
#: Parts used in the middle of a sentence: a newline at their end would be a space on the page.
IN_A_LINE = ("_icon", "_badge", "_delta", "_turn", "_grade", "_unknown", "_bar", "_sparkline")
#: Frame pieces whose context is the whole page.
UNDOCUMENTED = {"_brand.html", "_head_assets.html", "_messages.html", "_theme_menu.html"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_holds_no_inline_style_script_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "inline style attribute"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline event handler"
    assert not re.search(r"hx-on", text), "hx-on needs eval"
    assert all('nonce="' in tag for tag in re.findall(r"<style[^>]*>", text)), "style without nonce"
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text)), "inline script"


@pytest.mark.parametrize("path", [*TEMPLATES, *STYLES, *SCRIPTS], ids=name_of)
def test_nothing_is_asked_of_another_host(path: Path) -> None:
    assert not re.search(r"(?:src|href|url|@import)\W{1,3}(?:https?:)?//", path.read_text())


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_icon_is_in_the_sprite(path: Path) -> None:
    named = re.findall(r'_icon\.html" with name="([\w-]+)"', path.read_text())
    assert set(named) <= SYMBOLS


@pytest.mark.parametrize("path", COMPONENTS, ids=name_of)
def test_a_component_begins_with_its_context(path: Path) -> None:
    if path.name not in UNDOCUMENTED:
        assert path.read_text().startswith("{% comment %}\n")


@pytest.mark.parametrize("stem", IN_A_LINE)
def test_a_part_of_a_sentence_ends_without_a_newline(stem: str) -> None:
    text = (ROOT / "templates" / "components" / f"{stem}.html").read_text()
    assert not text.endswith("\n")


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_scripts_use_no_eval(path: Path) -> None:
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", path.read_text())


def test_every_setting_of_htmx_is_one_that_htmx_knows() -> None:
    base = (ROOT / "templates" / "base.html").read_text()
    found = re.search(r"name=\"htmx-config\"\s+content='([^']+)'", base)
    assert found is not None
    settings = json.loads(found[1])
    htmx = (ROOT / "static/vendor/htmx/htmx.min.js").read_text()
    assert all(f"{key}:" in htmx for key in settings)
    assert settings["allowEval"] is settings["includeIndicatorStyles"] is False
    # Pages stay out of the browser's storage, and "back" asks for a whole page, not a fragment.
    assert settings["historyCacheSize"] == 0
    assert settings["historyRestoreAsHxRequest"] is False
    assert {"code": "422", "swap": True} in settings["responseHandling"]


def test_type_has_five_sizes_and_no_others() -> None:
    allowed = {"inherit", "0.92em", "0.85em"}  # the last two follow the text they stand in
    for path in STYLES:
        for size in re.findall(r"font-size: ([^;]+);", path.read_text()):
            token = re.fullmatch(r"var\(--text-[0-4]\)", size)
            assert token or size in allowed or size.endswith("pt"), path.name
