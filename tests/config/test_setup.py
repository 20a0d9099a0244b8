"""`config/setup.sh` and `config/bootstrap.py`: finding a Python, and installing what is locked."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import bootstrap
from tests.servers import ROOT


def executable(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's set-up whose installation only notes which Python was chosen."""
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "setup.sh", tmp_path / "config")
    (tmp_path / "config" / "bootstrap.py").write_text(
        "import sys; print('chosen:', sys.argv[1], sys.version_info[:2])\n"
    )
    return tmp_path


def set_up(project: Path, tools: dict[str, str], **more: str) -> subprocess.CompletedProcess[str]:
    """Run setup.sh with nothing on the PATH but the given programs (and dirname)."""
    folder = project / "tools"
    folder.mkdir(exist_ok=True)
    for name, text in tools.items():
        executable(folder / name, text)
    shell = shutil.which("sh") or "/bin/sh"
    dirname = shutil.which("dirname") or "/usr/bin/dirname"
    executable(folder / "dirname", f'#!{shell}\nexec {dirname} "$@"\n')
    return subprocess.run(
        [shell, "config/setup.sh", "run"],
        cwd=project,
        env={"PATH": str(folder), **more},
        capture_output=True,
        text=True,
        check=False,
    )


SHIM = "#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n"
OLD = "#!/bin/sh\nexit 1\n"
REAL = f'#!/bin/sh\nexec {sys.executable} "$@"\n'
# Runs everything but the import of venv.
WITHOUT_VENV = f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n'


def test_a_shim_that_fails_is_passed_over(project: Path) -> None:
    done = set_up(project, {"python3.13": SHIM, "python3.12": SHIM, "python3": REAL})
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("chosen: run")


def test_a_python_that_was_named_comes_first(project: Path) -> None:
    executable(project / "mine", REAL)
    done = set_up(project, {"python3": OLD}, PYTHON=str(project / "mine"))
    assert done.stdout.startswith("chosen: run")


def test_without_a_python_it_says_what_is_needed(project: Path) -> None:
    done = set_up(project, {"python3.12": SHIM, "python3": OLD})
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and none was found that runs" in done.stderr
    assert "make run PYTHON=" in done.stderr


def test_without_the_venv_module_it_names_the_package(project: Path) -> None:
    done = set_up(project, {"python3": WITHOUT_VENV})
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert done.returncode == 1
    assert f"apt install python{version}-venv" in done.stderr


def test_an_environment_whose_python_is_gone_is_no_obstacle(project: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(project / "gone")
    assert set_up(project, {"python3": REAL}).stdout.startswith("chosen: run")


def test_a_locked_file_splits_into_packages_with_their_hashes() -> None:
    text = "a==1 \\\n    --hash=sha256:aa\n    # via b\nb==2 ; os == 'x' \\\n    --hash=bb\n"
    assert bootstrap.split(text) == [
        "a==1 \\\n    --hash=sha256:aa\n",
        "b==2 ; os == 'x' \\\n    --hash=bb\n",
    ]


@pytest.mark.parametrize("wanted", ["run", "dev", "bench"])
def test_every_locked_package_has_a_hash(wanted: str) -> None:
    packages = bootstrap.split(bootstrap.REQUIREMENTS[wanted].read_text())
    assert len(packages) > 40
    assert all("--hash=sha256:" in package for package in packages)


def test_each_set_of_packages_holds_the_one_before_in_the_same_versions() -> None:
    names = ["run", "dev", "bench"]
    sets = [
        {
            package.split(" ", 1)[0]
            for package in bootstrap.split(bootstrap.REQUIREMENTS[name].read_text())
        }
        for name in names
    ]
    assert sets[0] < sets[1] < sets[2]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for .venv, with a requirements file of two lines."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    locked = tmp_path / "requirements.txt"
    locked.write_text("a==1 \\\n    --hash=sha256:aa\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", {"run": locked})
    monkeypatch.setattr(bootstrap, "old_pip", lambda: False)
    return venv


def test_what_is_installed_is_not_installed_again_until_the_lock_changes(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def note(packages: list[str]) -> bool:
        calls.append(packages)
        return True

    monkeypatch.setattr(bootstrap, "install_all", note)
    assert bootstrap.main("run") == bootstrap.main("run") == 0
    assert len(calls) == 1
    bootstrap.REQUIREMENTS["run"].write_text("a==2 \\\n    --hash=sha256:ab\n")
    assert bootstrap.main("run") == 0
    assert len(calls) == 2


def test_an_installation_that_failed_says_what_to_do_and_begins_anew(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []
    monkeypatch.setattr(bootstrap, "create", lambda: made.append("made"))
    monkeypatch.setattr(bootstrap, "install_all", lambda _: False)
    assert bootstrap.main("run") == 1
    assert "Run the same command again" in capsys.readouterr().err
    assert not bootstrap.is_ready("run")
    monkeypatch.setattr(bootstrap, "install_all", lambda _: True)
    assert bootstrap.main("run") == 0
    assert made == ["made"]  # not at first, when the environment was whole; then anew
    assert bootstrap.is_ready("run")


def test_a_new_environment_has_the_pip_of_its_python_and_counts_as_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    bundled = bootstrap.bundled_pip()
    assert bundled is not None
    bootstrap.create()
    (packages,) = venv.glob("lib/python*/site-packages")
    assert not list(packages.rglob("__pycache__"))  # compiled as it is used, not beforehand
    assert bootstrap.has_pip()
    said = subprocess.run(
        [bootstrap.PYTHON, "-m", "pip", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith(f"pip {bundled.name.split('-')[1]} from {venv}")
    assert {path.name.partition("-")[0] for path in packages.iterdir()} == {"pip"}
    assert (venv / ".unfinished").exists()  # killed from here on, the next call begins anew


def test_where_python_brings_no_wheel_of_pip_venv_has_to_find_one(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "find_spec", lambda _: None)
    monkeypatch.setattr("sysconfig.get_config_var", lambda _: None)
    monkeypatch.setattr(bootstrap, "make_environment", lambda *given: options.append(given))
    bootstrap.create()
    assert options == [()]


def test_a_disk_without_room_for_the_packages_stops_before_anything_is_made(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []
    monkeypatch.setattr(bootstrap, "create", lambda: made.append("made"))
    monkeypatch.setattr(bootstrap, "has_pip", lambda: False)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=5**11))
    assert bootstrap.main("run") == 1
    said = capsys.readouterr().err
    assert f"The disk that holds {environment.parent} has 48 MB left" in said  # 5 ** 11 bytes
    assert "Make some room" in said
    assert made == []


def test_a_folder_that_cannot_be_written_is_said_in_words(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)  # root may write everywhere
    assert bootstrap.main("run") == 1
    said = capsys.readouterr().err
    assert f"Permission denied: '{environment.parent / 'var'}'" in said
    assert "Make it yours (chown), then run the same command again." in said


def test_make_alone_lists_every_target_with_a_line_each() -> None:
    done = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True)
    targets = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("  make ")}
    written = {
        line.partition(":")[0]
        for line in (ROOT / "Makefile").read_text().splitlines()
        if line[:1].islower() and ":" in line.split("=")[0] and not line.startswith("export")
    }
    assert targets == written
    assert {"run", "test", "lint", "bench", "format", "lock", "clean", "shell"} <= targets


def test_locking_without_uv_says_what_is_missing(tmp_path: Path) -> None:
    for name in ("make", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    done = subprocess.run(
        ["make", "-C", str(ROOT), "lock"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "make lock needs uv" in done.stderr
    assert "pip install uv" in done.stderr


def test_the_test_run_of_ci_begins_with_the_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert 'step "make test" make test' in script
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True)
