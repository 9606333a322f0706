"""Pin every requirements file with hashes, with no index address and no path of this machine in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
OPTIONS = ["--quiet", "--generate-hashes", "--allow-unsafe", "--strip-extras", "--no-header", "--no-annotate"]
OPTIONS += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"]
ADDRESS = re.compile(r"^--(?:extra-)?(?:index|find-links|trusted)|://|^file:", re.MULTILINE)


def main() -> None:
    """Compile base, dev, spark, bench and node; refuse to leave an address in any of them."""
    for name in ("base", "dev", "spark", "bench", "node"):
        target = FOLDER / f"{name}.txt"
        command = [
            sys.executable,
            "-m",
            "piptools",
            "compile",
            *OPTIONS,
            "--output-file",
            target.name,
            f"{name}.in",
        ]
        subprocess.run(command, cwd=FOLDER, check=True)
        if found := ADDRESS.search(target.read_text(encoding="utf-8")):
            sys.exit(f"{target.name}: found {found[0]!r}, expected names, versions and hashes only")
        print(f"{target.name}: {target.read_text(encoding='utf-8').count('==')} packages")


if __name__ == "__main__":
    main()
