"""Colours for pages (灯色): judged once for what the book says, kept, and read by every page.

Judging a scene costs a second or more; a page may not. So the newest results are kept in the
process, named after the transaction that they know, and on disk (`kept.py`), where the next process
finds them. While somebody keeps recording, a page shows the last result, says which moment it is
of, and has the next one made behind it.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import Func, Q, Value
from django.db.models.expressions import ExpressionWrapper, NegatedExpression
from django.db.models.fields import BooleanField

from yiben.assess import Finding, Findings
from yiben.journeys.assess_scene import assess_scene
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused
from yiben.ledger.models import Transaction
from yiben.scenes.model import Pack
from yiben.web.behind import only_one, start_behind
from yiben.web.kept import keep, kept, lock_of

MONTHS_BACK = 13
KEPT_RESULTS = 24
# Above this many subjects judging is made behind the page and not in front of it, for fewer months,
# and not again before some minutes have passed: it takes the machine from those who work on it.
LARGE = 30_000
MONTHS_BACK_LARGE = 2
REST_SECONDS = 900.0


@dataclass(frozen=True)
class Judged:
    """A scene's colours up to a month, as known after transaction `number` (研判快照)."""

    findings: Findings
    month: Period
    number: int
    made_at: float = field(default_factory=time.monotonic)
    _months: dict[Period, dict[str, Colour]] = field(default_factory=dict)

    def colours(self, month: Period | None = None) -> Mapping[str, Colour]:
        """The overall colour of every subject in a month (the judged one if none is named)."""
        wanted = month or self.month
        if wanted not in self._months:
            held = self._of_month(wanted)
            subjects, overall = held["subject"].to_pylist(), held["overall"].to_pylist()
            self._months[wanted] = {
                one: Colour(colour) for one, colour in zip(subjects, overall, strict=True)
            }
        return self._months[wanted]

    def _of_month(self, month: Period) -> pa.Table:
        table = self.findings.colours
        return table.filter(pc.equal(table["month"], pa.scalar(month.first, pa.date32())))

    def strip(self, subject: str) -> list[tuple[Period, Colour]]:
        """The subject's overall colour month by month, oldest first."""
        table = self.findings.colours
        held = table.filter(pc.equal(table["subject"], subject)).select(["month", "overall"]).to_pylist()
        return [(Period.month_of(row["month"]), Colour(row["overall"])) for row in held]

    def rules_of(self, subject: str) -> dict[str, Colour]:
        """Each rule's colour for a subject in the judged month."""
        held = self._of_month(self.month)
        rows = held.filter(pc.equal(held["subject"], subject)).to_pylist()
        names = self.findings.rules.names
        return {name: Colour(rows[0][name]) for name in names} if rows else {}

    def reasons(self, subject: str) -> list[Finding]:
        """Why the subject has its colour in the judged month, gravest first."""
        found = self.findings.of_subject(subject, month=self.month)
        return sorted(found, key=lambda one: -one.colour)

    def all_reasons(self) -> dict[str, list[Finding]]:
        """Every coloured finding of the judged month by subject, gravest first."""
        found: dict[str, list[Finding]] = {}
        for one in self.findings.each():
            if one.month == self.month.first:
                found.setdefault(one.subject, []).append(one)
        return {subject: sorted(rows, key=lambda one: -one.colour) for subject, rows in found.items()}


Key = tuple[str, str, int, str, int]
_results: OrderedDict[Key, Judged] = OrderedDict()
_working: set[Key] = set()
_turns: dict[Key, threading.Lock] = {}
_lock = threading.Lock()


def judged(pack: Pack, *, month: Period, as_of: datetime | None = None) -> Judged | None:
    """The scene's colours; None where it has no rules, or while a large scene is first judged."""
    if not pack.rules:
        return None
    number = _newest(pack, as_of)
    key = _key(pack, month, number)
    with _lock:
        found = _results.get(key)
        if found is not None:
            _results.move_to_end(key)
            return found
        older = None if as_of else _older(key)
    large = _is_large(pack)
    months = _months(month, MONTHS_BACK_LARGE if large else MONTHS_BACK)
    if as_of is None and not large and (stored := kept(pack, months, number)) is not None:
        return _remember(key, Judged(stored, month, number))
    if older is not None and large and time.monotonic() - older.made_at < REST_SECONDS:
        return older
    if older is not None or large:
        _judge_behind(pack, month, key, months)
        return older
    return _judge(pack, month, key, months, lasting=as_of is None)


def _months(month: Period, count: int) -> tuple[Period, ...]:
    return tuple(month.shift(-back) for back in range(count - 1, -1, -1))


def _newest(pack: Pack, as_of: datetime | None) -> int:
    rows = Transaction.objects.filter(scene=pack.name)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return rows.order_by("-id").values_list("id", flat=True).first() or 0


def _key(pack: Pack, month: Period, number: int) -> Key:
    return (str(connection.settings_dict["NAME"]), pack.name, pack.version, str(month), number)


def _older(key: Key) -> Judged | None:
    same = [known for known in _results if known[:4] == key[:4] and known[4] < key[4]]
    return _results[max(same)] if same else None


def _is_large(pack: Pack) -> bool:
    from yiben.web.rows import book_at

    return book_at(pack).order_by()[: LARGE + 1].count() > LARGE


def _judge(
    pack: Pack, month: Period, key: Key, months: tuple[Period, ...], *, lasting: bool = True
) -> Judged | None:
    """Judge now; a `lasting` result goes to disk too (one of a past moment is asked for once)."""
    with _lock:
        turn = _turns.setdefault(key, threading.Lock())
    with turn:
        # Who waited while another thread judged the same has its result now.
        with _lock:
            found = _results.get(key)
        if found is not None:
            return found
        try:
            findings = assess_scene(pack, months, up_to=key[4])
        except Refused:
            return None
        result = _remember(key, Judged(findings, month, key[4]))
        if lasting:
            keep(findings, pack=pack, number=key[4])
        return result


def _remember(key: Key, result: Judged) -> Judged:
    # The colours by subject are laid out here, once and mostly behind, and not in front of a page.
    result.colours()
    with _lock:
        _results[key] = result
        while len(_results) > KEPT_RESULTS:
            _results.popitem(last=False)
        _turns.pop(key, None)
    return result


def _judge_behind(pack: Pack, month: Period, key: Key, months: tuple[Period, ...]) -> None:
    with _lock:
        if key in _working or any(one[:4] == key[:4] for one in _working):
            return
        _working.add(key)

    def work() -> None:
        try:
            # Another process that judges the same leaves its result on disk; the next page finds it.
            with only_one(lock_of(pack)) as is_mine:
                stored = kept(pack, months, key[4])
                if stored is not None:
                    _remember(key, Judged(stored, month, key[4]))
                elif is_mine:
                    _judge(pack, month, key, months)
        finally:
            with _lock:
                _working.discard(key)

    start_behind(work, name=f"judge {pack.name} {month}")


def colours_of(
    pack: Pack, subjects: Sequence[str], *, month: Period, as_of: datetime | None
) -> dict[str, Colour]:
    """The overall colours of some subjects in a month."""
    result = judged(pack, month=month, as_of=as_of)
    if result is None:
        return {}
    known = result.colours()
    return {subject: known.get(subject, Colour.NONE) for subject in subjects}


class _KeyIn(Func):
    """Whether a key is among many, sent as one JSON value whatever their number."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, *, keys: Sequence[str], **extra: Any) -> None:
        super().__init__(column, Value(json.dumps(list(keys), ensure_ascii=False)), **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Sequence[Any]]:
        """SQLite reads the value as a table."""
        joiner = " IN (SELECT value FROM json_each("
        return self.as_sql(compiler, connection, template="%(expressions)s))", arg_joiner=joiner, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Sequence[Any]]:
        """PostgreSQL spreads the value into rows."""
        joiner = " IN (SELECT json_array_elements_text(("
        return self.as_sql(
            compiler, connection, template="%(expressions)s)::json))", arg_joiner=joiner, **extra
        )


def colour_question(pack: Pack, colours: Sequence[Colour], *, month: Period, as_of: datetime | None) -> Q:
    """The subjects that have one of some colours in a month."""
    result = judged(pack, month=month, as_of=as_of)
    if result is None:
        return Q() if Colour.NONE in colours else Q(pk__in=[])
    known = result.colours()
    if Colour.NONE in colours:
        # A subject that no rule speaks of may be missing from the result altogether.
        others = [subject for subject, colour in known.items() if colour not in colours]
        return Q(
            NegatedExpression(ExpressionWrapper(_KeyIn("subject", keys=others), output_field=BooleanField()))
        )
    return Q(_KeyIn("subject", keys=[subject for subject, colour in known.items() if colour in colours]))
