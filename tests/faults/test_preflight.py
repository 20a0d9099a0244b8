"""What `make run` says instead of starting."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path

import pytest

from config.embedded import CannotStart, Home
from config.embedded.lock import AlreadyOwned, FolderLock, Owner
from config.run import preflight

pytestmark = pytest.mark.faults


def test_a_taken_port_names_who_has_it_and_another_one() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(CannotStart) as caught:
            preflight.check_port("127.0.0.1", port, seconds=0)
    said = str(caught.value)
    assert said.startswith(f"Port {port} is taken by process {os.getpid()} (")
    assert said.endswith(f"Choose another one: make run PORT={port + 1}")


def test_a_port_that_becomes_free_while_waiting_is_taken() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    preflight.check_port("127.0.0.1", port, seconds=0)


def test_a_disk_that_is_nearly_full_says_how_much_is_left(tmp_path: Path) -> None:
    with pytest.raises(CannotStart) as caught:
        preflight.check_disk(Home(tmp_path), free=lambda _: 12_000_000)
    said = str(caught.value)
    assert "has 12 MB left" in said
    assert "needs 315 MB" in said  # 300 · 1024² bytes are 314.6 million
    assert "STANDING_HOME=" in said


def test_a_disk_with_room_is_fine(tmp_path: Path) -> None:
    preflight.check_disk(Home(tmp_path), free=lambda _: preflight.LEAST_FREE_BYTES)


def test_an_old_python_is_named() -> None:
    with pytest.raises(CannotStart, match=r"This is Python 3\.10\.4; Standing needs 3\.11"):
        preflight.check_python((3, 10, 4))
    preflight.check_python((3, 11, 0))


def test_a_folder_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)  # root may write everywhere
    with pytest.raises(CannotStart, match="cannot be written by this user") as caught:
        Home(tmp_path / "home").prepare()
    assert "chown" in str(caught.value)
    assert "STANDING_HOME=" in str(caught.value)


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(
        CannotStart, match=r"home is no folder, and one is needed there\."
    ) as caught:
        Home(tmp_path / "home").prepare()
    assert str(caught.value).endswith(
        "Move it away, or choose another folder with STANDING_HOME=/some/folder."
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_without_a_byte_left_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    home = Home(tmp_path / "home")
    home.prepare()
    with monkeypatch.context() as patch:
        patch.setattr("config.embedded.lock.json.dumps", refuse)  # what is written first
        with pytest.raises(CannotStart, match="is full"), FolderLock(home, "make run"):
            pass
    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(CannotStart, match="is full") as caught:
        home.prepare()
    assert str(caught.value).endswith("Make some room, then run the same command again.")


def test_a_second_start_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with (
        FolderLock(home, "make run", "http://127.0.0.1:8001"),
        pytest.raises(AlreadyOwned) as caught,
        FolderLock(home, "make run"),
    ):
        pass
    said = str(preflight.already_running(caught.value.owner, home))
    assert said.startswith("Standing is running already: http://127.0.0.1:8001\n")
    assert said.endswith("make run STANDING_HOME=/some/folder PORT=8002")
    assert f"process {os.getpid()}" in said


def test_a_command_at_work_is_named() -> None:
    owner = Owner("manage.py import_orders", 41)
    said = str(preflight.already_running(owner, Home(Path("/data"))))
    assert said.startswith("`manage.py import_orders` (process 41) uses the database in /data")


def test_the_lock_is_free_again_after_use_and_after_a_half_written_note(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.lock.write_text('{"what": "make r')  # the holder was killed while writing
    with FolderLock(home, "make run"):
        pass
    with FolderLock(home, "make run"):
        pass
