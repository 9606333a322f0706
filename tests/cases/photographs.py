"""Small pictures with EXIF, made by hand: JPEG, PNG and HEIC with taken time, place and extras."""

from __future__ import annotations

import struct
import zlib

TAKEN = b"2026:08:27 15:04:05\x00"
PLACE_BYTES = struct.pack(">6I", 29, 1, 8, 1, 3123, 100)


def tiff(*, order: str = ">", place: bool = True, zone: bytes = b"") -> bytes:
    """EXIF with taken time, camera notes and, if wanted, 29°8′31.23″N 121°1′1″E."""
    head = (b"MM\x00*" if order == ">" else b"II*\x00") + struct.pack(order + "I", 8)
    main_at, exif_at = 8, 8 + 2 + 12 * (1 + place) + 4
    exif_tags = 2 + bool(zone)
    gps_at = exif_at + 2 + 12 * exif_tags + 4
    values_at = gps_at + (2 + 12 * 4 + 4 if place else 0)
    values = bytearray()

    def put(data: bytes) -> int:
        values.extend(data)
        return values_at + len(values) - len(data)

    def entry(tag: int, kind: int, count: int, data: bytes) -> bytes:
        cell = data.ljust(4, b"\x00") if len(data) <= 4 else struct.pack(order + "I", put(data))
        return struct.pack(order + "HHI", tag, kind, count) + cell

    pointer = [entry(0x8769, 4, 1, struct.pack(order + "I", exif_at))]
    exif = [entry(0x9003, 2, 20, TAKEN)]
    if zone:
        exif.append(entry(0x9011, 2, len(zone), zone))
    exif.append(entry(0x927C, 7, 12, b"maker@29.142"))
    parts = [head]
    gps = []
    if place:
        pointer.append(entry(0x8825, 4, 1, struct.pack(order + "I", gps_at)))
        north = struct.pack(order + "6I", 29, 1, 8, 1, 3123, 100)
        east = struct.pack(order + "6I", 121, 1, 1, 1, 100, 100)
        gps = [
            entry(1, 2, 2, b"N\x00"),
            entry(2, 5, 3, north),
            entry(3, 2, 2, b"E\x00"),
            entry(4, 5, 3, east),
        ]
    for tags in [pointer, exif, *([gps] if gps else [])]:
        parts.append(struct.pack(order + "H", len(tags)) + b"".join(tags) + bytes(4))
    assert main_at == 8
    return b"".join(parts) + bytes(values)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56" + b"\xff\xd9"


def jpeg(exif: bytes | None = None, *, extras: bool = True) -> bytes:
    """A JPEG with an XMP packet, a comment, and a second picture with its own place behind it."""
    exif = tiff() if exif is None else exif
    parts = [b"\xff\xd8", _segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")]
    parts += [_segment(0xE1, b"Exif\x00\x00" + exif)] if exif else []
    if extras:
        xmp = b"http://ns.adobe.com/xap/1.0/\x00<x exif:GPSLatitude='29,8.5N'/>"
        parts += [_segment(0xE1, xmp), _segment(0xFE, b"GPS 29.1421")]
        parts += [_segment(0xE2, b"ICC_PROFILE\x00\x01\x01colours"), _segment(0xE2, b"MPF\x00second")]
    parts += [_segment(0xDB, bytes(65)), SCAN]
    return b"".join(parts) + (
        b"\xff\xd8" + _segment(0xE1, b"Exif\x00\x00" + tiff()) + SCAN if extras else b""
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*, exif: bool = True) -> bytes:
    """A one-pixel PNG with EXIF and a text chunk."""
    parts = [b"\x89PNG\r\n\x1a\n", _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))]
    parts += [_chunk(b"eXIf", tiff(order="<")), _chunk(b"tEXt", b"Comment\x00GPS 29.14")] if exif else []
    return b"".join([*parts, _chunk(b"IDAT", zlib.compress(b"\x00\x80")), _chunk(b"IEND", b"")])


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def heic() -> bytes:
    """The skeleton of a HEIC file with an Exif item and an XMP item."""
    exif, xmp = struct.pack(">I", 0) + tiff(), b"<x exif:GPSLatitude='29'/>"
    ftyp = _box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic")
    infe = [
        _box(b"infe", b"\x02\x00\x00\x00" + struct.pack(">HH", number, 0) + kind + b"\x00")
        for number, kind in ((1, b"Exif"), (2, b"mime"))
    ]
    iinf = _box(b"iinf", b"\x00" * 4 + struct.pack(">H", 2) + b"".join(infe))

    def meta(start: int) -> bytes:
        rows = b""
        at = start
        for number, body in ((1, exif), (2, xmp)):
            rows += struct.pack(">HHHII", number, 0, 1, at, len(body))
            at += len(body)
        iloc = _box(b"iloc", b"\x00" * 4 + struct.pack(">HH", 0x4400, 2) + rows)
        return _box(b"meta", b"\x00" * 4 + iinf + iloc)

    start = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(start) + _box(b"mdat", exif + xmp)
