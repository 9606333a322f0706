"""Child processes that read columns are kept, replaced when they end, and tell what went wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

from yiben.ledger import reader_pool
from yiben.ledger.reader_pool import asked, end_all


@pytest.fixture
def book(tmp_path: Path) -> str:
    path = tmp_path / "book.sqlite"
    with sqlite3.connect(path) as link:
        link.execute("CREATE TABLE book (subject, amount)")
        link.executemany("INSERT INTO book VALUES (?, ?)", [("a", 1), ("b", 2)])
    link.close()
    return str(path)


def test_a_reader_is_kept_and_a_dead_one_is_replaced(book: str, tmp_path: Path) -> None:
    end_all()
    target = tmp_path / "answer"
    request = [book, "SELECT subject, amount FROM book WHERE amount > ?", [1], str(target)]
    assert asked(request) is None
    rows = pa.ipc.open_stream(target.read_bytes()).read_all()
    assert rows.to_pydict() == {"subject": ["b"], "amount": [2]}
    first = reader_pool._waiting[-1].process
    assert asked(request) is None
    assert reader_pool._waiting[-1].process is first
    first.kill()
    first.wait()
    assert asked(request) is None
    assert reader_pool._waiting[-1].process.pid != first.pid
    end_all()
    assert not reader_pool._waiting


def test_a_reader_tells_what_went_wrong_and_goes_on(book: str, tmp_path: Path) -> None:
    target = str(tmp_path / "answer")
    said = asked([book, "SELECT none FROM book", [], target])
    assert said is not None and "none" in said
    assert asked([book, "SELECT subject FROM book", [], target]) is None
