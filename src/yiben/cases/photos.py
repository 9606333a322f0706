"""Photos of the month (月影像): what a file truly is, when it was taken, and its place taken out.

Nothing is decoded or drawn anew: the bytes that say where a photo was taken are blanked where
they stand (EXIF's GPS part) or left out (XMP, IPTC, whatever follows the picture), and all else,
the taken time above all, stays as the camera wrote it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from yiben.cases.tiff import Tiff
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.pictures import is_heic

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
EXIF_HEAD = b"Exif\x00\x00"
# PNG chunks that hold free text, and with it whatever a phone wrote about the place.
TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
MAX_BYTES = 30_000_000


class NotAPhoto(ValueError):
    """The bytes are no whole JPEG, PNG or HEIC picture."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture ready to be kept (影像): cleaned bytes, kind, taken time, and the place if it is kept."""

    data: bytes
    kind: str
    taken_at: datetime | None
    had_place: bool
    latitude: Fraction | None = None
    longitude: Fraction | None = None


def read_photo(data: bytes, *, keep_place: bool = False) -> Photo:
    """A picture by its content, without its place unless `keep_place`. Raises NotAPhoto."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data, keep_place)
        if data.startswith(PNG_HEAD):
            return _png(data, keep_place)
        if is_heic(data):
            return _heic(data, keep_place)
    except (struct.error, IndexError, ValueError) as error:
        raise NotAPhoto(f"found a damaged picture ({error}), expected a whole one") from error
    raise NotAPhoto("found another kind of file, expected a JPEG, PNG or HEIC picture")


def _jpeg(data: bytes, keep_place: bool) -> Photo:
    parts, exif = [b"\xff\xd8"], Tiff.none()
    at, found_place = 2, False
    while True:
        if data[at] != 0xFF:
            raise NotAPhoto(f"found no marker at byte {at}, expected a JPEG segment")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == 0xDA:
            break
        size = struct.unpack_from(">H", data, at + 2)[0]
        if size < 2 or at + 2 + size > len(data):
            raise NotAPhoto("found a segment that runs past the end, expected a whole file")
        body = bytearray(data[at + 4 : at + 2 + size])
        if marker == 0xE1 and body.startswith(EXIF_HEAD):
            if exif.is_empty:
                exif = Tiff.read(bytes(body[6:]))
                found_place |= exif.has_place
            if not keep_place:
                body[6:] = Tiff.read(bytes(body[6:])).without_place()
            parts.append(_segment(marker, bytes(body)))
        elif keep_place or _is_needed(marker, body):
            parts.append(_segment(marker, bytes(body)))
        else:
            found_place |= b"GPS" in body
        at += 2 + size
    end = _jpeg_end(data, at)
    parts.append(data[at:] if keep_place else data[at:end])
    return _photo(b"".join(parts), "jpeg", exif, keep_place, found_place)


def _is_needed(marker: int, body: bytes) -> bool:
    """Whether a picture cannot be drawn rightly without a segment.

    Of what programs add (APP1 to APP15, comments) only the colour profile and Adobe's colour
    transform are. MPF, an APP2 too, points at further pictures behind this one, which are cut off.
    """
    if marker == 0xE2:
        return body.startswith(b"ICC_PROFILE\x00")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _jpeg_end(data: bytes, at: int) -> int:
    """The byte after the first picture's end marker; scans and tables in between are stepped over."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise NotAPhoto("found no end of the picture, expected a whole file")
        marker = data[at + 1]
        if marker == 0xD9:
            return at + 2
        if marker in (0x00, 0xFF) or 0xD0 <= marker <= 0xD7:
            at += 2 if marker != 0xFF else 1
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]


def _png(data: bytes, keep_place: bool) -> Photo:
    parts, exif, found_place = [PNG_HEAD], Tiff.none(), False
    for kind, body in _chunks(data):
        if kind == b"eXIf":
            exif = Tiff.read(body)
            found_place |= exif.has_place
            body = body if keep_place else exif.without_place()
        elif kind in TEXT_CHUNKS and not keep_place:
            found_place |= b"GPS" in body
            continue
        crc = zlib.crc32(kind + body)
        parts.append(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc))
    return _photo(b"".join(parts), "png", exif, keep_place, found_place)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_HEAD)
    while True:
        (size,) = struct.unpack_from(">I", data, at)
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            raise NotAPhoto("found a chunk that runs past the end, expected a whole file")
        yield kind, data[at + 8 : end - 4]
        if kind == b"IEND":
            return
        at = end


def _photo(data: bytes, kind: str, exif: Tiff, keep_place: bool, found_place: bool) -> Photo:
    place = exif.place if keep_place else None
    return Photo(
        data=data,
        kind=kind,
        taken_at=exif.taken_at(COUNTY_ZONE),
        had_place=found_place or exif.has_place,
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
    )


@dataclass(frozen=True, slots=True)
class _Item:
    """One item of a HEIC file: its type and where its bytes lie."""

    kind: bytes
    spans: tuple[tuple[int, int], ...]


def _heic(data: bytes, keep_place: bool) -> Photo:
    meta = next((body for kind, body in _boxes(data, 0, len(data)) if kind == b"meta"), None)
    if meta is None:
        raise NotAPhoto("found no meta box, expected a HEIC picture")
    cleaned, exif, found_place = bytearray(data), Tiff.none(), False
    for item in _items(data, meta):
        if item.kind == b"Exif" and len(item.spans) == 1:
            start, size = item.spans[0]
            (skip,) = struct.unpack_from(">I", data, start)
            start, size = start + 4 + skip, size - 4 - skip
            exif = Tiff.read(data[start : start + size])
            found_place |= exif.has_place
            if not keep_place:
                cleaned[start : start + size] = exif.without_place()
        elif item.kind in (b"mime", b"uri ", b"Exif") and not keep_place:
            for start, size in item.spans:
                found_place |= b"GPS" in data[start : start + size]
                cleaned[start : start + size] = b" " * len(data[start : start + size])
    return _photo(bytes(cleaned), "heic", exif, keep_place, found_place)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """The boxes of a span: kind, and where the body begins and ends."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        size = size or end - at
        if size < head or at + size > end:
            raise NotAPhoto("found a box that runs past the end, expected a whole file")
        yield kind, (at + head, at + size)
        at += size


def _items(data: bytes, meta: tuple[int, int]) -> list[_Item]:
    kinds: dict[int, bytes] = {}
    spans: dict[int, tuple[tuple[int, int], ...]] = {}
    for kind, (start, end) in _boxes(data, meta[0] + 4, meta[1]):
        if kind == b"iinf":
            version = data[start]
            for _, (entry, _) in _boxes(data, start + (6 if version == 0 else 8), end):
                wide = data[entry] >= 3
                number = struct.unpack_from(">I" if wide else ">H", data, entry + 4)[0]
                place = entry + (10 if wide else 8)
                kinds[number] = data[place : place + 4]
        elif kind == b"iloc":
            spans = _locations(data, start)
    return [_Item(kinds[number], spans.get(number, ())) for number in kinds]


def _locations(data: bytes, start: int) -> dict[int, tuple[tuple[int, int], ...]]:
    version, sizes = data[start], struct.unpack_from(">H", data, start + 4)[0]
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    at, found = start + 6, {}

    def number(size: int) -> int:
        nonlocal at
        value = int.from_bytes(data[at : at + size], "big")
        at += size
        return value

    for _ in range(number(2 if version < 2 else 4)):
        item = number(2 if version < 2 else 4)
        inside_file = (number(2) & 15) == 0 if version in (1, 2) else True
        number(2)
        base = number(base_size)
        parts = []
        for _ in range(number(2)):
            if version in (1, 2):
                number(index_size)
            offset, size = base + number(offset_size), number(length_size)
            if offset + size > len(data):
                raise NotAPhoto("found an item past the end, expected a whole file")
            parts.append((offset, size))
        if inside_file:
            found[item] = tuple(parts)
    return found
