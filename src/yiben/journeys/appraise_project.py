"""A project's appraisal from the ledger (项目能碳评价): what the book knows, what the file adds, the verdict.

The book gives name, code, place, kind of investment and trade; the file (YAML) gives the energy by
carrier and the figures of the place. The place's room and what was granted this period come from
the accounts of energy and carbon, where the file says nothing of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from yiben.appraise.intake import read_project
from yiben.appraise.names import NAMES
from yiben.appraise.page import as_data, as_html
from yiben.appraise.project import Granted, Project
from yiben.appraise.verdict import Verdict, appraise
from yiben.journeys.move_quantities import account_packs, book_of
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.problems import Place, Problem, Refused
from yiben.kernel.units import UNITS, convert
from yiben.ledger.accounts import Key, View, balance, granted
from yiben.ledger.attachments import load, store
from yiben.ledger.frames import moment_head, subjects_at
from yiben.ledger.marks import Mark, marks
from yiben.ledger.record import Recorded, Statement, head, record
from yiben.people.access import Person
from yiben.people.roles import Action
from yiben.rulebook import Rulebook, built_in
from yiben.rulebook.yaml_lines import read_yaml
from yiben.scenes.accounts import AccountBook
from yiben.scenes.model import Pack
from yiben.scenes.project_code import read_project_code

KIND, SLOT = "document", "appraisal"
# How many projects a note names.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Appraised:
    """An appraisal worked out from the book (评价结果): the verdict, its input, what was not known.

    `number` is the transaction up to which the book was read; `notes` say what the answer leaves
    out because the ledger does not hold it, in both languages.
    """

    verdict: Verdict
    text: str
    number: int
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class KeptAppraisal:
    """A verdict as it was kept (存档评价): its facts, and the transaction that keeps it."""

    subject: str
    facts: Mapping[str, Any]
    transaction: int

    @property
    def page(self) -> str:
        """The printable page as it was kept."""
        return load(str(self.facts["page"])).decode()

    @property
    def text(self) -> str:
        """The file that it rested on."""
        return load(str(self.facts["input"])).decode()


def appraise_project(
    pack: Pack,
    subject: str,
    *,
    extras: str = "",
    file: str = "extras.yaml",
    by: Person,
    at: datetime,
    as_of: datetime | None = None,
    book: Rulebook | None = None,
) -> Appraised:
    """The verdict on a project of the ledger, with what the file adds to it.

    Without a file the input of the last kept appraisal is used. Raises Refused with every problem
    (lines of the file), and for a subject that the person may not see or nobody recorded.
    """
    by.require(Action.READ)
    rules = book or built_in()
    number = moment_head(as_of)
    known = _known(pack, subject, by=by, number=number, at=at)
    if not extras.strip() and (kept := kept_appraisals(pack.name, subject=subject)):
        extras = kept[-1].text
    text = merged(known, extras, file=file)
    project, problems = read_project(text, file=file, book=rules)
    if project is None:
        raise Refused(problems)
    said = _said(extras, file)
    project, notes = _with_accounts(project, pack, subject, said=said, number=number, by=by)
    return Appraised(appraise(project, book=rules), text, number, notes)


def merged(known: Mapping[str, str | bool], extras: str, *, file: str) -> str:
    """The file with what the book knows and the file does not say, put behind it: lines stay as they are.

    Raises Refused where the file is no mapping of keys.
    """
    said = _said(extras, file)
    added = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in known.items()
        if name not in said
    ]
    return "\n".join([extras.rstrip("\n"), *added, ""] if extras.strip() else [*added, ""])


def _said(extras: str, file: str) -> dict[str, Any]:
    """The file's own keys, in English."""
    if not extras.strip():
        return {}
    raw, _, problems = read_yaml(extras, file=file, exact=True)
    if problems:
        raise Refused(problems)
    if not isinstance(raw, dict) or extras.lstrip().startswith(("{", "---")):
        found = "another shape" if isinstance(raw, dict) else repr(raw)[:60]
        raise Refused(
            [Problem("project-shape", found, "keys, one in a line (`energy: …`)", Place(file=file))]
        )
    return {NAMES.get(str(key), str(key)): value for key, value in raw.items()}


def _known(pack: Pack, subject: str, *, by: Person, number: int, at: datetime) -> dict[str, str | bool]:
    """What the book says of a project, under the names of the file."""
    table = subjects_at(pack, number)
    row = next((one for one in table.to_pylist() if one["subject"] == subject), None)
    reach = by.reach(Action.READ)
    if row is None or (reach is not None and pack.unit_field and row[pack.unit_field] not in reach):
        found = f"{pack.subject.zh} {subject!r}, which the book does not know"
        raise Refused([Problem("unknown-subject", found, "a subject that was recorded before")])
    known: dict[str, str | bool] = {"name": str(row[pack.display] or subject), "code": subject}
    code, _ = read_project_code(subject)
    if code is not None:
        known["place"] = code.region
    known["applied_on"] = at.astimezone(COUNTY_ZONE).date().isoformat()
    if row.get("industry"):
        known["trade"] = str(row["industry"])
    if row.get("class") == "government":
        known["government"] = True
    return known


def _with_accounts(
    project: Project, pack: Pack, subject: str, *, said: Mapping[str, Any], number: int, by: Person
) -> tuple[Project, tuple[tuple[str, str], ...]]:
    """Room and grants of the period from the accounts, where the file does not state them.

    The room is the pool as it stood before this period's grants, so that the verdict can show the
    project alone and together with them.
    """
    day = project.applied_on
    energy, carbon = (_room(pack.name, kind) for kind in ("coal_equivalent", "carbon"))
    if energy is None:
        return project, ()
    view, before = View(number, day), View(number, date(day.year - 1, 12, 31))
    others = _granted(*energy, "tce", view, before)
    mine = others.pop(subject, Decimal(0))
    rooms = {"energy_room": _pool(*energy, "tce", view) + sum(others.values()) + mine}
    emitted: dict[str, Decimal] = {}
    if carbon is not None:
        emitted = _granted(*carbon, "吨二氧化碳", view, before)
        rooms["carbon_room"] = _pool(*carbon, "吨二氧化碳", view) + sum(emitted.values())
        emitted.pop(subject, None)
    region = project.region
    if region.energy_room is None and rooms["energy_room"]:
        region = replace(region, energy_room=rooms["energy_room"])
    if region.carbon_room is None and rooms.get("carbon_room"):
        region = replace(region, carbon_room=rooms["carbon_room"])
    kept = {one.subject: one.facts for one in kept_appraisals(pack.name) if one.transaction <= number}
    names = _names(pack, others, number)
    items, unknown = [], []
    for other, amount in sorted(others.items()):
        if amount <= 0:
            continue
        facts = kept.get(other, {})
        name = names.get(other, other)
        if not facts:
            unknown.append(name)
        tons = emitted.get(other) or Decimal(str(facts.get("carbon") or 0))
        value = Decimal(str(facts.get("value_added") or 0))
        items.append(Granted(name, amount, tons, value, int(facts.get("production_year") or day.year)))
    found = replace(project, region=region)
    if "granted" in said:
        return found, ()
    return replace(found, granted=tuple(items)), _notes(unknown, named=by.reach(Action.READ) is None)


def _names(pack: Pack, subjects: Iterable[str], number: int) -> dict[str, str]:
    """The names under which some subjects stood in the book."""
    wanted, table = set(subjects), subjects_at(pack, number).select(["subject", pack.display])
    rows = zip(*(table[name].to_pylist() for name in table.column_names), strict=True)
    return {subject: str(name or subject) for subject, name in rows if subject in wanted}


def _notes(unknown: Sequence[str], *, named: bool) -> tuple[tuple[str, str], ...]:
    """What is said of grants whose carbon and value added the ledger does not hold."""
    if not unknown:
        return ()
    count = len(unknown)
    zh = f"本期已批项目中 {count} 个无存档评价，只计能耗，增加值按零计"
    en = f"{count} projects granted this period have no kept appraisal and count with their energy only"
    # Names of other units' projects are for those who see the whole county.
    if named:
        some, more = "、".join(unknown[:MOST_NAMED]), count > MOST_NAMED
        zh, en = f"{zh}：{some}{'等' if more else ''}", f"{en}: {some}{' and others' if more else ''}"
    return ((zh, en),)


def _room(scene: str, kind: str) -> tuple[AccountBook, Key] | None:
    """The pool of energy (or carbon) from which projects of a scene are granted."""
    for pack in account_packs().values():
        book = book_of(pack)
        for account in book.accounts.values():
            if book.holders != scene or book.grant_from(account.name) is None:
                continue
            for name in account.quantities:
                unit = UNITS.get(book.quantities[name].unit)
                if unit is not None and unit.kind == kind:
                    return book, Key(account.name, name)
    return None


def _pool(book: AccountBook, key: Key, unit: str, view: View) -> Decimal:
    return convert(balance(book, key, view=view), book.quantities[key.quantity].unit, unit)


def _granted(book: AccountBook, key: Key, unit: str, view: View, before: View) -> dict[str, Decimal]:
    """What each subject got between two views."""
    own = book.quantities[key.quantity].unit
    now, earlier = granted(book, key.quantity, view=view), granted(book, key.quantity, view=before)
    return {one: convert(amount - earlier.get(one, Decimal(0)), own, unit) for one, amount in now.items()}


def keep_appraisal(
    appraised: Appraised,
    *,
    pack: Pack,
    subject: str,
    by: Person,
    at: datetime,
    way: str = "page",
    why: str = "",
) -> Recorded:
    """Keep a verdict with its page and its input under the project (存档); a new one of the day replaces it."""
    by.require(Action.RECORD)
    verdict = appraised.verdict
    page = store(as_html(verdict).encode(), name=f"{subject}.html", by=by, at=at)
    given = store(appraised.text.encode(), name=f"{subject}.yaml", by=by, at=at)
    project = verdict.project
    facts: dict[str, Any] = {
        "sort": SLOT,
        "name": project.name,
        "applied_on": project.applied_on.isoformat(),
        "conclusion": verdict.conclusion,
        "route": verdict.route.route,
        "energy": _text(verdict.indicators.energy),
        "carbon": _text(verdict.indicators.carbon),
        "value_added": _text(project.value_added or Decimal(0)),
        "production_year": project.production_year,
        "page": page.digest,
        "input": given.digest,
        "number": appraised.number,
        "verdict": json.dumps(as_data(verdict), ensure_ascii=False),
    }
    slot = f"{SLOT}@{project.applied_on.isoformat()}"
    statement = Statement(subject, facts, KIND, slot)
    return record([statement], pack=pack, by=by, at=at, way=way, why=why, seen=head())


def _text(value: Decimal) -> str:
    return str(value.quantize(Decimal("1e-6")))


def kept_appraisals(scene: str, *, subject: str | None = None) -> list[KeptAppraisal]:
    """The kept verdicts of a scene or of one subject, by day of application, oldest first."""
    found = [
        _kept(one) for one in marks(scene, kind=KIND, subject=subject) if one.slot.startswith(f"{SLOT}@")
    ]
    return sorted(found, key=lambda one: (str(one.facts["applied_on"]), one.transaction))


def _kept(mark: Mark) -> KeptAppraisal:
    return KeptAppraisal(mark.subject, mark.facts, mark.transaction)
