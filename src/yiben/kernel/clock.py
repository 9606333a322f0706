"""The county's own time (县域时间): months are closed, and lateness is counted, in one zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

COUNTY_ZONE = ZoneInfo("Asia/Shanghai")
