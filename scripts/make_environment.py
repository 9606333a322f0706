"""Make .venv with any Python 3.11+ that can, without root; standard library only."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ADVICE = """\
This machine's Python can neither make a virtual environment nor run pip.
One of these helps (the first needs root once):
  apt install python3-venv        or        apt install python3-pip        or put `uv` on the PATH
"""


def make(folder: Path) -> None:
    """Try the ways that need nothing else, in order; end with advice where none works."""
    if tuple(sys.version_info) < (3, 11):
        sys.exit(f"found Python {sys.version.split()[0]}, expected 3.11 or newer (make PYTHON=python3.12 …)")
    tools = folder.parent / "build" / "tools"
    ways = [
        [[sys.executable, "-m", "venv", str(folder)]],
        [
            [sys.executable, "-m", "pip", "install", "-q", "--target", str(tools), "virtualenv"],
            [sys.executable, "-c", _RUN_VIRTUALENV, str(tools), str(folder)],
        ],
    ]
    if uv := shutil.which("uv"):
        ways.append([[uv, "venv", "--seed", "--python", sys.executable, str(folder)]])
    for commands in ways:
        shutil.rmtree(folder, ignore_errors=True)
        if all(subprocess.run(command, check=False).returncode == 0 for command in commands):
            return
    sys.exit(ADVICE)


_RUN_VIRTUALENV = (
    "import sys; sys.path.insert(0, sys.argv[1]); import virtualenv; virtualenv.cli_run([sys.argv[2]])"
)

if __name__ == "__main__":
    make(Path(sys.argv[1]))
