"""The files that are installed with the package: icons, samples, what a function includes."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def read_bytes(name: str) -> bytes:
    """Answer the resource of that name, a path below the resources folder: `icons/logo.svg`.

    Raises:
        FileNotFoundError: There is no such resource: a defect of the package.
    """
    return files("sinch_cache_gui.resources").joinpath(name).read_bytes()


def file_path(name: str) -> str:
    """Answer where the resource of that name lies, with forward slashes, for what reads files."""
    return Path(str(files("sinch_cache_gui.resources").joinpath(name))).as_posix()
