"""QR codes (二维码) as pictures: the same text gives the same bytes, whatever the machine."""

from __future__ import annotations

import io

import segno


def code_png(text: str, *, scale: int = 6) -> bytes:
    """The code as a PNG, stored without compression so that its bytes depend on no library."""
    stream = io.BytesIO()
    _code(text).save(stream, kind="png", scale=scale, border=2, compresslevel=0)
    return stream.getvalue()


def code_svg(text: str) -> str:
    """The code as an SVG element without a header, with its text as title."""
    svg: str = _code(text).svg_inline(border=2, omitsize=True, title="QR")
    return svg


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
