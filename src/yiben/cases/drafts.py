"""Drafts on the server (草稿): typed at a desk, found again on the phone; never facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from yiben.cases.models import Draft
from yiben.kernel.problems import Problem, Refused

MAX_KEY, MAX_VALUES = 300, 400_000
KEPT_DAYS = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is found again."""

    values: Mapping[str, str]
    saved_at: datetime


def save_draft(officer: str, key: str, values: Mapping[str, str], *, at: datetime) -> None:
    """Keep what is typed, in place of what was kept before. Raises Refused beyond measure."""
    text = json.dumps(dict(values), ensure_ascii=False)
    if not 0 < len(key) <= MAX_KEY or len(text) > MAX_VALUES or "\x00" in key:
        expected = f"a key of at most {MAX_KEY} and values of at most {MAX_VALUES} characters"
        raise Refused([Problem("draft-size", f"{len(key)} and {len(text)} characters", expected)])
    Draft.objects.update_or_create(officer=officer, key=key, defaults={"values": text, "saved_at": at})


def find_draft(officer: str, key: str) -> Kept | None:
    """The draft of a form, if there is one."""
    found = Draft.objects.filter(officer=officer, key=key).first()
    return Kept(json.loads(found.values), found.saved_at) if found else None


def drop_draft(officer: str, key: str) -> None:
    """The form was sent, or its draft is no longer wanted."""
    Draft.objects.filter(officer=officer, key=key).delete()


def drop_old_drafts(*, at: datetime) -> int:
    """Forget drafts that nobody came back to."""
    return Draft.objects.filter(saved_at__lt=at - timedelta(days=KEPT_DAYS)).delete()[0]
