"""A file is there once it is whole; until then what was there is there as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sinch_cache_gui.whole_file import WholeFile, write_whole

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and modes of files as on Unix")


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("old")
    file = WholeFile(path)
    file.write(b"new")
    assert path.read_text() == "old"
    file.keep()
    assert path.read_text() == "new"
    file.drop()
    assert names_in(tmp_path) == ["keys.json"]


def test_a_file_that_is_dropped_leaves_nothing_but_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("old")
    # Somebody's own file may be called as a part would be.
    (tmp_path / "keys.json.part").write_text("mine")
    file = WholeFile(path)
    file.write(b"half of it")
    file.drop()
    assert names_in(tmp_path) == ["keys.json", "keys.json.part"]
    assert (tmp_path / "keys.json.part").read_text() == "mine"
    assert path.read_text() == "old"


def test_who_may_read_the_old_file_may_read_the_new_one_and_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("old")
    path.chmod(0o600)
    write_whole(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_goes_on_to_lead_to_the_file(tmp_path: Path) -> None:
    file, link = tmp_path / "file.json", tmp_path / "link.json"
    file.write_text("old")
    link.symlink_to(file)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert file.read_text() == "new"


def test_a_name_as_long_as_the_disk_allows_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("å" * 127)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_what_is_no_file_is_written_to_and_a_folder_is_refused(tmp_path: Path) -> None:
    write_whole(Path(os.devnull), b"new")
    assert not Path(os.devnull).is_file()
    with pytest.raises(IsADirectoryError):
        write_whole(tmp_path, b"new")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_a_disk_that_is_full_is_told(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        write_whole(Path("/dev/full"), b"new")
