"""The files that are installed with the package: icons, samples, what a function includes."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def read_bytes(name: str) -> bytes:
    """Answer the resource of that name, a path below the resources folder: `icons/logo.svg`.

    Raises:
        FileNotFoundError: There is no such resource: a defect of the package.
    """
    return _place(name).read_bytes()


def file_path(name: str) -> str:
    """Answer where the resource of that name lies, with forward slashes, for what reads files."""
    return _place(name).as_posix()


def _place(name: str) -> Path:
    # Not importlib.resources: it also serves zip files, and takes 3 ms of every start to load.
    spec = find_spec("sinch_cache_gui.resources")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(name)
    return Path(spec.origin).parent / name
