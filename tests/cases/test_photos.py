"""Photos: known by content, their taken time kept, their place taken out of every corner."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from photographs import PLACE_BYTES, heic, jpeg, png, tiff

from yiben.cases.photos import NotAPhoto, read_photo
from yiben.kernel.clock import COUNTY_ZONE

TAKEN = datetime(2026, 8, 27, 15, 4, 5, tzinfo=COUNTY_ZONE)
PICTURES = {"jpeg": jpeg(), "png": png(), "heic": heic()}


@pytest.mark.parametrize("kind", PICTURES)
def test_the_taken_time_stays_and_the_place_goes(kind: str) -> None:
    photo = read_photo(PICTURES[kind])
    assert (photo.kind, photo.taken_at, photo.had_place) == (kind, TAKEN, True)
    assert photo.latitude is None
    for trace in (PLACE_BYTES, PLACE_BYTES[::-1], b"GPS", b"29.14", b"second"):
        assert trace not in photo.data
    assert b"2026:08:27 15:04:05" in photo.data


@pytest.mark.parametrize("kind", PICTURES)
def test_cleaning_twice_changes_nothing(kind: str) -> None:
    once = read_photo(PICTURES[kind])
    again = read_photo(once.data)
    assert (again.data, again.taken_at, again.had_place) == (once.data, once.taken_at, False)


@pytest.mark.parametrize("kind", PICTURES)
def test_the_place_stays_where_the_pack_wants_it(kind: str) -> None:
    photo = read_photo(PICTURES[kind], keep_place=True)
    assert photo.data == PICTURES[kind]
    assert photo.latitude == 29 + Fraction(8, 60) + Fraction(3123, 360_000)
    assert photo.longitude == 121 + Fraction(1, 60) + Fraction(1, 3600)


def test_the_picture_itself_is_untouched() -> None:
    plain = jpeg(b"", extras=False)
    photo = read_photo(plain)
    assert (photo.data, photo.taken_at, photo.had_place) == (plain, None, False)
    assert b"ICC_PROFILE\x00\x01\x01colours" in read_photo(jpeg()).data
    assert read_photo(png(exif=False)).data == png(exif=False)


def test_a_stated_zone_is_kept() -> None:
    photo = read_photo(jpeg(tiff(zone=b"+09:00\x00")))
    assert photo.taken_at == datetime(2026, 8, 27, 15, 4, 5, tzinfo=timezone(timedelta(hours=9)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00",
        b"<svg onload='x'/>",
        b"%PDF-1.7",
        b"GIF89a",
        b"\xff\xd8\xff",
        PICTURES["jpeg"][:60],
        PICTURES["jpeg"][:-260],
        PICTURES["png"][:40],
        PICTURES["heic"][:100],
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        jpeg(b"XX*\x00aaaa"),
    ],
)
def test_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPhoto):
        read_photo(data)


@given(st.sampled_from(sorted(PICTURES)), st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_damage_is_refused_or_harmless(kind: str, at: int, noise: bytes) -> None:
    """Whatever bytes are overwritten, the reader answers with a photo or NotAPhoto."""
    data = bytearray(PICTURES[kind])
    at %= len(data)
    data[at : at + len(noise)] = noise
    try:
        read_photo(bytes(data))
    except NotAPhoto:
        return
