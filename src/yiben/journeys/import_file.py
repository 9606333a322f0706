"""Taking in a file (导入): read, check, preview or record; all or nothing, and the same twice is nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.attachments import load, store
from yiben.ledger.books import PREFIX, subject_book
from yiben.ledger.models import Incoming
from yiben.ledger.packs import installed
from yiben.ledger.record import Recorded, Statement, head, record
from yiben.people.access import Person, person_of
from yiben.people.models import Officer
from yiben.people.roles import Action
from yiben.readers.tables import Draft, read_table
from yiben.scenes.model import Pack


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did or, as a preview, would do (导入结果)."""

    draft: Draft
    recorded: Recorded
    problems: tuple[Problem, ...]
    held_back: int
    preview: bool


def import_file(
    data: bytes,
    *,
    name: str,
    pack: Pack,
    by: Person,
    at: datetime,
    period: Period | None = None,
    preview: bool = False,
    hold_back: bool = False,
    why: str = "",
) -> Imported:
    """Take a table into a scene.

    Raises Refused with every problem (file › sheet › cell) and changes nothing, unless
    `hold_back` leaves the rows with errors out. A preview is the same run, rolled back.
    """
    by.require(Action.IMPORT)
    seen = head()
    draft = draft_of(data, name=name, pack=pack, period=period)
    if draft.errors and not (hold_back and draft.can_hold_back):
        raise Refused(draft.problems)
    incoming = None if preview else _keep(data, name, pack, by, at, period, hold_back)
    without = set(draft.bad_rows)
    problems = list(draft.problems)

    def once() -> Recorded:
        return record(
            _statements(draft, without),
            pack=pack,
            by=by,
            at=at,
            way="file",
            why=why or name,
            seen=seen,
            source=draft.file_digest,
            action=Action.IMPORT,
            preview=preview,
        )

    try:
        with transaction.atomic():
            recorded = _hold_back(once, draft, without, problems) if hold_back else once()
            if incoming is not None:
                incoming.state, incoming.transaction = "recorded", recorded.transaction or None
                incoming.save()
    except Refused as refusal:
        if incoming is not None:
            incoming.state = "refused"
            incoming.save()
        raise Refused([*draft.problems, *_at_cells(draft, refusal)]) from refusal
    return Imported(draft, recorded, tuple(problems), len(without), preview)


def _keys_by_name(pack: Pack) -> dict[str, str] | None:
    """Subjects by the name that they are shown under, for tables without a key column.

    A name that several subjects share leads nowhere.
    """
    if pack.display == pack.key:
        return None
    rows = subject_book(pack)._default_manager.filter(recorded_to=None)
    names: dict[str, str] = {}
    shared: set[str] = set()
    for subject, name in rows.values_list("subject", PREFIX + pack.display).iterator(chunk_size=10_000):
        if name in names:
            shared.add(name)
        names[name] = subject
    return {name: subject for name, subject in names.items() if name and name not in shared}


def draft_of(data: bytes, *, name: str, pack: Pack, period: Period | None = None) -> Draft:
    """The table as it is read for this county's book: rows without a key are found by their name."""
    return read_table(data, name=name, pack=pack, period=period, keys_by_name=_keys_by_name(pack))


def _at_cells(draft: Draft, refusal: Refused) -> list[Problem]:
    """What the ledger refused, each at its cell."""
    return [replace(problem, place=draft.cell_of(problem.place)) for problem in refusal.problems]


def _hold_back(
    once: Callable[[], Recorded], draft: Draft, without: set[tuple[str, int]], problems: list[Problem]
) -> Recorded:
    """Record; where rows are refused, leave them out and record the rest."""
    try:
        return once()
    except Refused as refusal:
        rows = {
            (problem.place.sheet, int(problem.place.cell.partition(":")[0] or 0))
            for problem in refusal.problems
        }
        if ("", 0) in rows:
            raise
        without |= rows
        problems += _at_cells(draft, refusal)
        return once()


def _statements(draft: Draft, without: set[tuple[str, int]]) -> Iterator[Statement]:
    for row in draft.rows():
        if (row.sheet, row.row) in without:
            continue
        place = Place(file=draft.file, sheet=row.sheet, cell=f"{row.row}:{row.row}", subject=row.key)
        yield Statement(row.key, row.facts, place=place)
        for slot, facts in row.measures.items():
            yield Statement(row.key, facts, "period", slot, place=place)


def _keep(
    data: bytes, name: str, pack: Pack, by: Person, at: datetime, period: Period | None, hold_back: bool
) -> Incoming:
    """Keep the file before anything is recorded, so that a killed import can be resumed."""
    attachment = store(data, name=name, by=by, at=at)
    options = {"period": str(period) if period else None, "hold_back": hold_back}
    return Incoming.objects.create(
        scene=pack.name,
        attachment=attachment.digest,
        name=attachment.name,
        options=json.dumps(options),
        officer=by.username,
        received_at=at,
    )


def resume_imports(*, by: Person, at: datetime) -> Iterator[tuple[Incoming, Imported | Refused]]:
    """Take in again every file whose import was cut off; what was recorded stays recorded."""
    by.require(Action.IMPORT)
    for left in list(Incoming.objects.filter(state="received").order_by("id")):
        options = json.loads(left.options)
        officer = Officer.objects.filter(username=left.officer).first()
        try:
            done: Imported | Refused = import_file(
                load(left.attachment),
                name=left.name,
                pack=installed(left.scene),
                by=person_of(officer) if officer else by,
                at=at,
                period=Period.of(options["period"]) if options["period"] else None,
                hold_back=options["hold_back"],
            )
        except Refused as refusal:
            done = refusal
        Incoming.objects.filter(id=left.id).update(state="resumed")
        yield left, done
