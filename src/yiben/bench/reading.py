"""Speed of the reading engine (报告读取性能): repair, quantities, whole reading, start-up, fuzz.

recognizers-text-suite and jionlp are compared in the same run where they are installed.
"""

from __future__ import annotations

import importlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from yiben.bench import Line
from yiben.kernel.problems import Refused
from yiben.readers.documents import open_document
from yiben.readers.lexicon import lexicon
from yiben.readers.mishaps import broken_file
from yiben.readers.quantities import WIDTHS, lexer_for
from yiben.readers.repair import repair_text
from yiben.readers.report import read_document, read_report
from yiben.readers.samples import damaged_page, sample_report

_SIZE = 1_000_000
_PEER_SIZE = 20_000
_FUZZ = 100_000
_SLOWEST_SECONDS = 1.0


def run(scale: float = 1.0) -> list[Line]:
    """Every line of the reading bench; `scale` shortens the texts and the number of fuzzed inputs."""
    text = sample_report(max(20_000, int(_SIZE * scale)))
    damaged = damaged_page(text[: len(text) // 4])
    read_report(text[:5000])
    repair_text(damaged[:5000])
    return [
        _rate("repair + quantities", text, _repair_and_quantities, least=1_000_000),
        _rate("repair + quantities, damaged page", damaged, _repair_and_quantities, least=1_000_000),
        _rate("whole reading", text, lambda said: read_report(said), least=300_000),
        _linear(text),
        _start_up(),
        *_peers(sample_report(max(4000, int(_PEER_SIZE * scale)))),
        _fuzz(max(200, int(_FUZZ * scale))),
    ]


def _seconds(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return max(time.process_time() - start, 1e-9)


def _repair_and_quantities(text: str) -> None:
    lexer_for(lexicon()).read(repair_text(text).text.translate(WIDTHS))


def _rate(name: str, text: str, work: Callable[[str], Any], *, least: int) -> Line:
    seconds = _seconds(lambda: work(text))
    rate = len(text) / seconds
    return Line(
        name, seconds, f"at least {least:,} characters/s", rate >= least, note=f"{rate:,.0f} characters/s"
    )


def _linear(text: str) -> Line:
    """Twice the text may take twice the memory, and not more."""
    import tracemalloc

    peaks = []
    for part in (text[: len(text) // 8], text[: len(text) // 4]):
        tracemalloc.start()
        seconds = _seconds(lambda part=part: read_report(part))  # type: ignore[misc]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    ratio = peaks[1] / peaks[0]
    note = f"×{ratio:.2f} memory for ×2 text, {peaks[1] / (len(text) // 4):,.0f} bytes a character"
    return Line("memory linear", seconds, "at most ×2.3 for twice the text", ratio <= 2.3, note=note)


def _start_up() -> Line:
    """What the command adds to Python's own start."""

    def once(code: str) -> float:
        """Seconds of processor time to run `code` in a new Python, the best of three."""
        times = []
        for _ in range(3):
            start = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            end = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime)
        return min(times)

    bare = once("pass")
    ours = once(
        "import sys; sys.argv = ['yiben', 'read', '--help']\nfrom yiben.cli import main\ntry: main()\nexcept SystemExit: pass\nfrom yiben.readers.report import read_report; read_report('GDP增长5%')"
    )
    added = ours - bare
    return Line(
        "start-up and one sentence", added, "under 0.5 s beyond Python's own", added < 0.5, "python", bare
    )


def _peers(text: str) -> list[Line]:
    """Ours against recognizers-text (number and unit) and jionlp (money and time), in one run."""
    words = lexicon()
    ours = _seconds(lambda: lexer_for(words).read(repair_text(text, words=words).text.translate(WIDTHS)))
    lines = []
    for name, load in (("recognizers-text", _recognizers), ("jionlp", _jionlp)):
        try:
            work = load()
        except ImportError:
            lines.append(
                Line(
                    f"quantities against {name}",
                    ours,
                    "faster than the peer",
                    True,
                    note=f"skipped: {name} is not installed (requirements/bench.in)",
                )
            )
            continue
        theirs = _seconds(lambda work=work: work(text))  # type: ignore[misc]
        lines.append(
            Line(f"quantities against {name}", ours, "faster than the peer", ours < theirs, name, theirs)
        )
    return lines


def _recognizers() -> Callable[[str], Any]:
    number = importlib.import_module("recognizers_number")
    unit = importlib.import_module("recognizers_number_with_unit")

    def work(text: str) -> None:
        """Read `text` line by line, as the peer wants it."""
        for line in text.split("\n"):
            number.recognize_number(line, "zh-cn")
            unit.recognize_currency(line, "zh-cn")

    return work


def _jionlp() -> Callable[[str], Any]:
    jio = importlib.import_module("jionlp")

    def work(text: str) -> None:
        """Read `text` line by line, as the peer wants it."""
        for line in text.split("\n"):
            jio.ner.extract_money(line, with_parsing=True)
            jio.ner.extract_time(line, with_parsing=False)

    return work


def fuzz(first: int, count: int) -> tuple[int, float, list[int]]:
    """Read `count` files in disorder from seed `first` on: how many were refused, the slowest's
    seconds, and the seeds that raised anything but Refused or whose spans do not hold."""
    refused, slowest, failed = 0, 0.0, []
    for seed in range(first, first + count):
        data, name = broken_file(seed)
        begun = time.process_time()
        try:
            document = open_document(data, name=name)
            report = read_document(document)
            if not all(0 <= one.start < one.end <= len(document.source) for one in report.figures):
                failed.append(seed)
        except Refused as refusal:
            refused += 1
            if not all(problem.found and problem.expected for problem in refusal.problems):
                failed.append(seed)
        except Exception:
            failed.append(seed)
        slowest = max(slowest, time.process_time() - begun)
    return refused, slowest, failed


def _fuzz(count: int) -> Line:
    """Files in disorder: none may raise, none may hang."""
    start = time.process_time()
    refused, slowest, failed = fuzz(0, count)
    note = f"{refused:,} refused, {len(failed)} failed {failed[:5]}, slowest {slowest * 1000:.0f} ms"
    return Line(
        f"fuzz: {count:,} files in disorder",
        time.process_time() - start,
        "none crashes or hangs",
        not failed and slowest < _SLOWEST_SECONDS,
        note=note,
    )
