"""What `./packaging/run` says before it sets anything up."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

RUN = Path(__file__).parents[2] / "packaging" / "run"


def test_without_a_display_one_line_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [RUN, "redis://localhost/0"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "--screenshot" in line
    assert "xvfb-run" in line
