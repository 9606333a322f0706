"""Files that a page hands out (下载): named safely, never shown inside the site."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.http import HttpResponse


def attachment(data: bytes, *, name: str, kind: str) -> HttpResponse:
    """A response that the browser saves under `name`."""
    response = HttpResponse(data, content_type=kind)
    safe = re.sub(r'[\x00-\x1f"\\/:*?<>|]', "-", name)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(safe)}"
    return response
