"""Which characters a font file can draw (字形覆盖): read from its own character map.

The typesetter draws an empty box, and says nothing, where a face lacks a character. So we look
first, and refuse. Reads TrueType, OpenType and their collections; formats 4 and 12 of `cmap`.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path

# The best table comes first: full Unicode, then the basic plane.
WANTED = ((3, 10), (0, 6), (0, 4), (0, 3), (3, 1))


class UnreadableFont(ValueError):
    """A font file has no character map that we can read."""


@lru_cache(maxsize=32)
def characters_of(path: Path, index: int) -> frozenset[int]:
    """The code points that a face can draw; raises UnreadableFont."""
    data = path.read_bytes()
    try:
        start = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
        cmap = _table(data, start)
        return frozenset(_mapped(data, cmap))
    except (struct.error, IndexError) as error:
        raise UnreadableFont(f"found {path.name} without a readable character map") from error


def _table(data: bytes, start: int) -> int:
    count = struct.unpack_from(">H", data, start + 4)[0]
    for at in range(start + 12, start + 12 + 16 * count, 16):
        if data[at : at + 4] == b"cmap":
            return int(struct.unpack_from(">I", data, at + 8)[0])
    raise UnreadableFont("found a face without cmap")


def _mapped(data: bytes, cmap: int) -> set[int]:
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    tables: dict[tuple[int, int], int] = {}
    for at in range(cmap + 4, cmap + 4 + 8 * count, 8):
        platform, encoding, offset = struct.unpack_from(">HHI", data, at)
        tables[platform, encoding] = cmap + offset
    for key in WANTED:
        if key in tables:
            shape = struct.unpack_from(">H", data, tables[key])[0]
            if shape == 12:
                return _segments_12(data, tables[key])
            if shape == 4:
                return _segments_4(data, tables[key])
    raise UnreadableFont("found no Unicode character map")


def _segments_12(data: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">I", data, at + 12)[0]
    found: set[int] = set()
    for number in range(count):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * number)
        found.update(range(first + (glyph == 0), last + 1))
    return found


def _segments_4(data: bytes, at: int) -> set[int]:
    double = struct.unpack_from(">H", data, at + 6)[0]
    count = double // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + double)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 2 * double)
    offsets_at = at + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", data, offsets_at)
    found: set[int] = set()
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code + deltas[number]
            if offsets[number]:
                place = offsets_at + 2 * number + offsets[number] + 2 * (code - first)
                glyph = struct.unpack_from(">H", data, place)[0]
                glyph = glyph and glyph + deltas[number]
            if glyph % 0x10000:
                found.add(code)
    return found
