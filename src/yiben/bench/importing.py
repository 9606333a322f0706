"""A large file taken in whole (整表导入的速度): read, checked, journalled and in the book."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from yiben.bench import Line
from yiben.bench.tables import measured_pack, measured_table, write_measured

ROWS, COLUMNS, SECONDS, PEAK_MIB = 100_000, 30, 60.0, 1024


def run(scale: float = 1.0) -> list[Line]:
    """`yiben import` of a file of 30 columns into an empty ledger, and again: the second changes nothing."""
    rows = max(200, int(ROWS * scale))
    with tempfile.TemporaryDirectory() as folder:
        home, whole, pack = Path(folder) / "home", Path(folder) / "whole.xlsx", Path(folder) / "pack.yaml"
        write_measured(rows, whole, Path(folder) / "whole.csv")
        pack.write_text(measured_pack().source, encoding="utf-8")
        _yiben(home, "init")
        _units(home, rows)
        lines = []
        for name in ("first import", "the same file again"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            start = time.perf_counter()
            said = _yiben(home, "import", str(pack), str(whole))
            seconds = time.perf_counter() - start
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            peak = after.ru_maxrss / 1024
            lines.append(
                Line(
                    f"{name}, {rows:,} × {COLUMNS} xlsx",
                    seconds,
                    f"at most {SECONDS:.0f} s and {PEAK_MIB} MiB",
                    seconds <= SECONDS and peak <= PEAK_MIB,
                    note=f"processor {cpu:.1f} s, peak {peak:.0f} MiB; {said.splitlines()[-1].strip()}",
                )
            )
        return lines


def _units(home: Path, rows: int) -> None:
    """The units that the made-up table names."""
    pack = measured_pack()
    table = measured_table(min(rows, 2_000), pack)
    held = [table[one.name].to_pylist() for one in pack.fields.values() if one.type == "unit"]
    names = sorted({name for column in held for name in column if name})
    code = "import sys; from yiben.cli.desk import start; start(); from yiben.people.models import Unit; "
    code += (
        "[Unit.objects.get_or_create(code=f'B{i}', defaults={'name': n}) for i, n in enumerate(sys.argv[1:])]"
    )
    subprocess.run([sys.executable, "-c", code, *names], env=_environment(home), check=True)


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "YIBEN_HOME": str(home), "YIBEN_DATABASE": ""}


def _yiben(home: Path, *words: str) -> str:
    command = [sys.executable, "-c", "from yiben.cli import main; main()", *words]
    done = subprocess.run(command, env=_environment(home), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout
