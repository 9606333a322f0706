"""Numbers of slips (文号): each type counts by itself and begins anew every year."""

from __future__ import annotations

from yiben.scenes.cases import SlipType


def slip_number(kind: SlipType, *, year: int, serial: int) -> str:
    """The number that a slip bears.

    >>> from yiben.scenes.model import Label
    >>> slip_number(SlipType("prompt", Label("提示单"), "发改提示"), year=2026, serial=12)
    '发改提示〔2026〕12号'
    """
    return f"{kind.word}〔{year}〕{serial}号"


def register_subject(kind: str) -> str:
    """The subject under which the numbers of one type are registered (发文登记)."""
    return f"slip:{kind}"


def register_slot(year: int, serial: int) -> str:
    """The register's line of one number; lines sort as their numbers do."""
    return f"{year}-{serial:06d}"


def serial_of(slot: str) -> int:
    """The serial that a line of the register holds."""
    return int(slot.partition("-")[2])
