"""Child processes for tests: forked with Django ready, so that each costs a few milliseconds."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass

Tell = Callable[[str], None]


@dataclass(slots=True)
class Child:
    """A running child and the end of the pipe on which it tells what it did."""

    pid: int
    pipe: int

    def kill(self) -> None:
        """Kill it without any warning."""
        os.kill(self.pid, signal.SIGKILL)

    def first_line(self) -> str:
        """Wait until it has told its first line."""
        said = b""
        while not said.endswith(b"\n"):
            piece = os.read(self.pipe, 1)
            if not piece:
                break
            said += piece
        return said.decode().strip()

    def lines(self) -> list[str]:
        """Wait for its end and give every whole line that it told since."""
        said = b""
        while piece := os.read(self.pipe, 1 << 16):
            said += piece
        os.close(self.pipe)
        os.waitpid(self.pid, 0)
        return said.decode().split("\n")[:-1]


def start(work: Callable[[Tell], None]) -> Child:
    """Run `work` in a child with connections of its own; no open connection may exist here."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    os.close(reading)

    def tell(line: str) -> None:
        os.write(writing, f"{line}\n".encode())

    try:
        work(tell)
    except BaseException:
        tell("FAILED " + traceback.format_exc().replace("\n", " | "))
    finally:
        os._exit(0)
