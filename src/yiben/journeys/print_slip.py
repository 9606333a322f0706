"""A slip on paper (文书成文): from the step that sent it, the same for ever."""

from __future__ import annotations

import json
from urllib.parse import quote

from yiben.cases.model import KIND, Case, Slip, Step, step_name
from yiben.journeys.bulletin_matter import Names, names_now, segment
from yiben.journeys.read_cases import NoSuchCase, case_by_number
from yiben.kernel.clock import COUNTY_ZONE
from yiben.ledger.models import Entry, Transaction
from yiben.ledger.packs import installed
from yiben.scenes.cases import case_book
from yiben.scenes.model import Pack
from yiben.writers.documents import Issue, Paper
from yiben.writers.documents.model import Basis
from yiben.writers.documents.slips import SlipPaper, write_slip


def print_slip(scene: str, number: str, *, names: Names | None = None, site: str = "") -> Paper:
    """The slip of that number as a paper; raises NoSuchCase.

    It says what the step that sent it says, by the pack of that day; what came later is not in it.
    """
    case = case_by_number(installed(scene), number)
    step, slip = _sending(case, number)
    teller = _transaction_of(scene, case, step)
    pack = installed(scene, version=teller.pack_version)
    slip_paper = _slip_paper(pack, case, step, slip, teller, names or names_now())
    # A slip is in force when it is sent; nobody signs it a second time.
    issue = Issue(published_by=step.by, published_at=step.at, approved_at=step.at)
    return Paper(write_slip(slip_paper), issue, site)


def _sending(case: Case, number: str) -> tuple[Step, Slip]:
    for step in case.steps:
        if step.slip is not None and step.slip.number == number:
            return step, step.slip
    raise NoSuchCase(f"found no step that sent {number!r}")


def _transaction_of(scene: str, case: Case, step: Step) -> Transaction:
    """The transaction that stated a step."""
    entries = Entry.objects.filter(scene=scene, subject=case.subject, kind=KIND, slot=case.slot)
    name = step_name(step.number)
    for entry in entries.order_by("id"):
        if name in json.loads(entry.facts):
            return Transaction.objects.get(id=entry.transaction_id)
    raise NoSuchCase(f"found no entry that states {name} of {case.slot!r}")


def _slip_paper(
    pack: Pack, case: Case, step: Step, slip: Slip, teller: Transaction, names: Names
) -> SlipPaper:
    book = case_book(pack)
    kind, level = book.slips.get(slip.type), book.levels.get(slip.level)
    said = case.opening
    return SlipPaper(
        type=slip.type,
        label=kind.label.zh if kind else slip.type,
        number=slip.number,
        receiver=names.units.get(slip.to, slip.to),
        noun=pack.subject.zh,
        subject=str(said.get("name") or case.subject),
        key=case.subject,
        level=level.label.zh if level else "",
        reason=case.reason("zh"),
        demand=slip.demand or str(said.get("task", "")),
        due=slip.due,
        day=step.at.astimezone(COUNTY_ZONE).date(),
        issuer=names.issuer,
        basis=Basis(
            scene=pack.name,
            version=pack.version,
            month=str(said.get("month", "")),
            seen=teller.id,
            head=teller.digest,
            at=step.at.astimezone(COUNTY_ZONE),
        ),
        working_days=level.days if level and kind and level.slip == slip.type else None,
        copies=(names.units.get(slip.copy, slip.copy),) if slip.copy else (),
        path=f"/scene/{pack.name}/subject/{segment(case.subject)}/case/{quote(case.slot, safe='@')}",
    )
