"""The scenes that a page may be about (场景): installed packs, read once until one is added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Max
from django.http import Http404
from django.utils import timezone

from yiben.kernel.periods import Period
from yiben.ledger.frames import COUNTY_ZONE
from yiben.ledger.models import PackVersion, Transaction
from yiben.ledger.packs import installed, scene_names
from yiben.scenes.model import Pack

EARLIEST_YEAR, LATEST_YEAR = 1950, 2200
MAIN_SCENE = "projects"
_read: dict[tuple[str, int], Mapping[str, Pack]] = {}


def all_packs() -> Mapping[str, Pack]:
    """Every installed scene's newest pack, by name, the main scene first."""
    newest = PackVersion.objects.aggregate(newest=Max("pk"))["newest"] or 0
    key = (str(connection.settings_dict["NAME"]), newest)
    if key not in _read:
        names = sorted(scene_names(), key=lambda name: (name != MAIN_SCENE, name))
        _read.clear()
        _read[key] = {name: installed(name) for name in names}
    return _read[key]


def pack_named(scene: str) -> Pack:
    """The pack of a scene; a scene that is not installed is a page that does not exist."""
    packs = all_packs()
    if scene not in packs:
        raise Http404(f"no scene is called {scene!r}")
    return packs[scene]


def main_pack() -> Pack | None:
    """The scene that the county works with most: key projects, else the first there is."""
    return next(iter(all_packs().values()), None)


def period_named(text: str) -> Period | None:
    """The period that an address names; None where it names none, or one that no county's book holds."""
    try:
        period = Period.of(text.strip())
    except ValueError:
        return None
    return period if EARLIEST_YEAR <= period.year <= LATEST_YEAR else None


def month_asked(text: str, *, scene: str) -> Period:
    """The month that the address names, else the one that is being closed.

    That is the month before the scene's newest record, so that a ledger at rest shows its last
    full month and not an empty one.
    """
    asked = period_named(text)
    if asked is not None and asked.months == 1:
        return asked
    newest = Transaction.objects.filter(scene=scene).aggregate(at=Max("recorded_at"))["at"]
    day = (newest or timezone.now()).astimezone(COUNTY_ZONE).date()
    return Period.month_of(day).shift(-1)


def moment_asked(text: str) -> datetime | None:
    """The moment of an as-of question: the end of the named day, or the named moment; None is now."""
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text) + timedelta(days=1)
            if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
                return None
            return datetime(day.year, day.month, day.day, tzinfo=COUNTY_ZONE) - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=COUNTY_ZONE)
