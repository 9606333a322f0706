"""Child processes that read columns (读库子进程), kept for a while because starting one takes long.

A reader belongs to the process that started it; whoever is forked off starts readers of its own.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

READER = Path(__file__).with_name("column_reader.py")
# So many wait for the next request; more are started while they are all at work, and end after it.
KEPT = 2


class Reader:
    """One child process, which answers one request after another."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.complaints = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(READER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
            text=True,
        )

    def ask(self, request: list[Any]) -> str | None:
        """What went wrong with a request (None: nothing); raises EOFError where the child has ended."""
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise EOFError("the reader has ended")
        said: str | None = json.loads(line)
        return said

    def end(self) -> None:
        """Let the child go."""
        assert self.process.stdin is not None and self.process.stdout is not None
        with suppress(BrokenPipeError):  # It may have ended by itself.
            self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
        self.complaints.close()

    def last_words(self) -> str:
        """What the child complained of before it ended."""
        self.process.wait()
        self.complaints.seek(0)
        said = self.complaints.read().decode(errors="replace").strip()[-2000:]
        return said or f"the reading process ended with status {self.process.returncode}"


_waiting: list[Reader] = []
_lock = Lock()


def asked(request: list[Any]) -> str | None:
    """What a child process says to `[path, sql, params, answer]`: None, or what went wrong.

    A child that had waited too long has ended; then a fresh one is asked.
    """
    kept = _taken()
    if kept is not None:
        try:
            return _given_back(kept, kept.ask(request))
        except EOFError:
            kept.end()
    fresh = Reader()
    try:
        return _given_back(fresh, fresh.ask(request))
    except EOFError:
        said = fresh.last_words()
        fresh.end()
        return said


def _taken() -> Reader | None:
    with _lock:
        while _waiting:
            if (one := _waiting.pop()).owner == os.getpid():
                return one
    return None


def _given_back(reader: Reader, said: str | None) -> str | None:
    with _lock:
        if len(_waiting) < KEPT:
            _waiting.append(reader)
            return said
    reader.end()
    return said


@atexit.register
def end_all() -> None:
    """Let every waiting child go."""
    while (one := _taken()) is not None:
        one.end()
