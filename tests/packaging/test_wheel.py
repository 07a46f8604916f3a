"""What `pip install` brings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sinch_cache_gui"
RESOURCES = ROOT / "resources"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy, so that nothing is left in the checkout."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for folder in (PACKAGE, RESOURCES):
        no_caches = shutil.ignore_patterns("__pycache__")
        shutil.copytree(folder, source / folder.name, ignore=no_caches)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (built,) = (source / "dist").iterdir()
    return built


def files_below(folder: Path, inside: str) -> set[str]:
    return {
        f"{inside}/{file.relative_to(folder)}"
        for file in folder.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def test_a_wheel_holds_every_module_and_every_resource_and_nothing_else(wheel: Path) -> None:
    expected = files_below(PACKAGE, "sinch_cache_gui")
    expected |= files_below(RESOURCES, "sinch_cache_gui/resources")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected
    assert "sinch_cache_gui/py.typed" in held


def test_the_command_of_a_wheel_runs_from_anywhere(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", target, wheel], check=True)
    environment = {**os.environ, "PYTHONPATH": str(target)}

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    version = run(target / "bin" / "sinch-cache-gui", "--version")
    assert version == run(sys.executable, "-m", "sinch_cache_gui", "--version")
    assert version.startswith("sinch-cache-gui ")
    read = "import sinch_cache_gui.resource_files as r; print(r.__file__, r.read_bytes('{}'))"
    told = run(sys.executable, "-c", read.format("icons/logo.svg"))
    assert str(target) in told
    assert "<svg" in told


def test_the_locks_name_what_the_package_asks_for() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {
        re.sub(r"[-_.]+", "-", re.split(r"[;>\[]", requirement)[0]).lower() for requirement in asked
    }
    for lock in ("run", "test"):
        assert names <= locked(lock).keys()


def test_the_locks_agree() -> None:
    everything = locked("test")
    for lock in ("run", "core"):
        assert locked(lock).items() <= everything.items()


def test_the_part_without_qt_has_no_qt() -> None:
    names = " ".join(locked("core"))
    for qt in ("pyside", "shiboken", "qasync", "qt"):
        assert qt not in names


def locked(lock: str) -> dict[str, tuple[str, ...]]:
    """Each name of a lock file with its versions, one for each kind of Python."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (ROOT / "packaging" / f"{lock}.lock").read_text().splitlines():
        if "==" in line and not line.startswith((" ", "#")):
            name, version = line.rstrip("\\ ").split(";")[0].strip().split("==", 1)
            found[name] = (*found.get(name, ()), version)
    return found
