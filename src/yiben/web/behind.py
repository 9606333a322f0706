"""Work behind pages (后台作业): at the lowest priority, and each piece by one process at a time.

A site runs several processes on a small machine. Were each to judge a million subjects for itself,
at the same rank as those who answer visitors, pages would wait for seconds.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import close_old_connections, connection

LOWEST = 19


def start_behind(work: Callable[[], None], *, name: str, gives_way: bool = True) -> threading.Thread:
    """Do some work in a thread of its own, whose connection is closed at its end.

    It gives way to all others of the machine, unless visitors are about to wait for it.
    """

    def run() -> None:
        if gives_way:
            give_way()
        try:
            work()
        finally:
            close_old_connections()
            connection.close()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def give_way() -> None:
    """Put the calling thread, and those that it will start, behind all others of the machine."""
    # Linux keeps a priority for each thread; elsewhere this would slow the whole process down.
    if hasattr(os, "sched_getaffinity"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)


@contextmanager
def only_one(path: Path) -> Iterator[bool]:
    """Whether this process is the one that works under `path`; never waits for another."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError:
        # Without a place for locks everybody works for themselves, as before.
        yield True
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
