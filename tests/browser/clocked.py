"""The site with its clock handed in (可拨的钟): the moment stands in a file, and ticks on from there."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

CLOCK = Path(os.environ["YIBEN_TEST_CLOCK"])


def told_now() -> datetime:
    """The moment that the file tells, and as long after it as the file is old."""
    moment = datetime.fromisoformat(CLOCK.read_text(encoding="utf-8"))
    return moment.astimezone(UTC) + timedelta(seconds=max(0.0, time.time() - CLOCK.stat().st_mtime))


timezone.now = told_now

from yiben.site.wsgi import application  # noqa: E402 — everything must be imported after the clock is set

__all__ = ["application"]
