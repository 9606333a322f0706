"""The EXIF part of a photo (拍摄信息): when it was taken, where, and the same bytes without the where."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from fractions import Fraction

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
EXIF_PART, GPS_PART, MAKER_NOTE = 0x8769, 0x8825, 0x927C
TAKEN, CHANGED, ZONE = 0x9003, 0x0132, 0x9011
MAX_ENTRIES = 2_000
MOMENT = re.compile(rb"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
OFFSET = re.compile(rb"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag of a directory: where it stands, and where its value lies."""

    tag: int
    type: int
    count: int
    at: int
    value_at: int
    size: int


@dataclass(frozen=True, slots=True)
class Tiff:
    """EXIF bytes with the directories that matter here; damaged ones have none."""

    data: bytes
    order: str
    main: tuple[Entry, ...] = ()
    exif: tuple[Entry, ...] = ()
    gps: tuple[Entry, ...] = ()
    gps_at: int = 0

    @classmethod
    def none(cls) -> Tiff:
        """A photo without EXIF."""
        return cls(b"", "<")

    @classmethod
    def read(cls, data: bytes) -> Tiff:
        """The directories of EXIF bytes. Raises ValueError and struct.error where they are damaged."""
        order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4])
        if order is None:
            raise ValueError("EXIF without its byte order")
        first = struct.unpack_from(order + "I", data, 4)[0]
        main = _directory(data, order, first)
        parts: dict[int, tuple[int, tuple[Entry, ...]]] = {}
        for entry in main:
            if entry.tag in (EXIF_PART, GPS_PART):
                at = struct.unpack_from(order + "I", data, entry.value_at)[0]
                parts[entry.tag] = (at, _directory(data, order, at))
        empty: tuple[int, tuple[Entry, ...]] = (0, ())
        gps_at, gps = parts.get(GPS_PART, empty)
        return cls(data, order, main, parts.get(EXIF_PART, empty)[1], gps, gps_at)

    @property
    def is_empty(self) -> bool:
        """Whether there is no EXIF at all."""
        return not self.data

    @property
    def has_place(self) -> bool:
        """Whether the photo says where it was taken."""
        return bool(self.gps)

    def taken_at(self, zone: tzinfo) -> datetime | None:
        """When it was taken, in its own zone if it names one, else in `zone`."""
        text = self._bytes(self.exif, TAKEN) or self._bytes(self.main, CHANGED)
        found = MOMENT.match(text)
        if not found:
            return None
        try:
            year, month, day, hour, minute, second = (int(part) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=self._zone() or zone)
        except ValueError:
            return None

    def _zone(self) -> tzinfo | None:
        found = OFFSET.match(self._bytes(self.exif, ZONE))
        if not found or int(found[2]) > 14:
            return None
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(timedelta(minutes=minutes if found[1] == b"+" else -minutes))

    @property
    def place(self) -> tuple[Fraction, Fraction] | None:
        """Latitude and longitude in degrees; None where either is missing."""
        south, north = self._degrees(1, 2, b"S"), self._degrees(3, 4, b"W")
        return (south, north) if south is not None and north is not None else None

    def _degrees(self, reference: int, tag: int, negative: bytes) -> Fraction | None:
        entry = next((one for one in self.gps if one.tag == tag and one.type == 5 and one.count == 3), None)
        if entry is None:
            return None
        numbers = struct.unpack_from(self.order + "6I", self.data, entry.value_at)
        if 0 in numbers[1::2]:
            return None
        parts = [Fraction(above, below) for above, below in zip(numbers[::2], numbers[1::2], strict=True)]
        degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
        return -degrees if self._bytes(self.gps, reference).startswith(negative) else degrees

    def _bytes(self, entries: tuple[Entry, ...], tag: int) -> bytes:
        entry = next((one for one in entries if one.tag == tag), None)
        return self.data[entry.value_at : entry.value_at + entry.size] if entry else b""

    def without_place(self) -> bytes:
        """The same number of bytes without the place: GPS values, their directory and maker's notes.

        Makers' notes are closed formats, and some keep the place again. The pointer to the GPS
        part becomes a pointer to an empty directory.
        """
        data = bytearray(self.data)
        for entry in self.gps:
            data[entry.value_at : entry.value_at + entry.size] = bytes(entry.size)
        if self.gps:
            end = self.gps_at + 2 + 12 * len(self.gps)
            data[self.gps_at : end] = bytes(end - self.gps_at)
        for entry in self.exif:
            if entry.tag == MAKER_NOTE:
                data[entry.value_at : entry.value_at + entry.size] = bytes(entry.size)
        return bytes(data)


def _directory(data: bytes, order: str, at: int) -> tuple[Entry, ...]:
    count = struct.unpack_from(order + "H", data, at)[0]
    if count > MAX_ENTRIES:
        raise ValueError(f"an EXIF directory of {count} tags")
    found = []
    for number in range(count):
        place = at + 2 + 12 * number
        tag, kind, length = struct.unpack_from(order + "HHI", data, place)
        size = SIZES.get(kind, 1) * length
        value_at = place + 8 if size <= 4 else struct.unpack_from(order + "I", data, place + 8)[0]
        if value_at + size > len(data):
            raise ValueError("an EXIF value past the end")
        found.append(Entry(tag, kind, length, place, value_at, size))
    return tuple(found)
