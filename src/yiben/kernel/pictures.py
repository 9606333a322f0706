"""How pictures from phones are told by their first bytes (图片种类)."""

from __future__ import annotations

# The brands under which phones write HEIC; other files of that container are no pictures.
HEIC_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc"})


def is_heic(data: bytes) -> bool:
    """Whether a file begins like a HEIC picture.

    >>> is_heic(b"\\x00\\x00\\x00\\x18ftypheix"), is_heic(b"\\x00\\x00\\x00\\x18ftypmp42")
    (True, False)
    """
    return data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS
