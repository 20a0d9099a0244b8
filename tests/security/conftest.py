"""The scene of the walks, with letters kept where the admin reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sellers.accounts import mailbox
from sellers.importing import batches
from tests.scene import Scene, a_scene


@pytest.fixture
def uploads(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of uploads, a test's own; no worker is asked for."""
    monkeypatch.setattr(batches, "_send", [].append)
    monkeypatch.setattr("sellers.import_pages.working.workers_listen", lambda: True)
    settings.MEDIA_ROOT = str(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def scene(db: None, settings: Any, uploads: Path) -> Scene:
    settings.EMAIL_BACKEND = mailbox.PATH
    return a_scene()
