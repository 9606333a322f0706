"""What a bulletin is written from (通报素材): the scene's tables, colours, cases and boards of a moment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from django.db.models import Q

from yiben.assess import Findings
from yiben.boards.drawn import DrawnBoard
from yiben.boards.frozen import FrozenBoard, thaw
from yiben.cases.rates import close_rates
from yiben.journeys.assess_scene import assess_scene
from yiben.journeys.read_cases import cases_of
from yiben.kernel.clock import COUNTY_ZONE
from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.ledger.attachments import load
from yiben.ledger.frames import frames
from yiben.ledger.models import MarkVersion, Seal, Transaction
from yiben.people.models import Unit
from yiben.scenes.boards import board_of
from yiben.scenes.cases import case_book
from yiben.scenes.mechanics import Mark as MarkMechanic
from yiben.scenes.model import Pack
from yiben.writers.documents.bulletin import (
    BulletinMatter,
    CloseLine,
    PublishedTable,
    RedSubject,
    bulletin_key,
)
from yiben.writers.documents.counted import Part, Tally
from yiben.writers.documents.model import Align, Basis, SealPrint
from yiben.writers.documents.month_counts import Colours, class_field, count_month, read_subjects
from yiben.writers.documents.numbers import month_text

REASONS_EACH = 2


@dataclass(frozen=True, slots=True)
class Names:
    """What a document calls people and places (名称): kept with it, because names may change."""

    county: str = ""
    issuer: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    copies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "copies", tuple(self.copies))


def names_now() -> Names:
    """The county's, the issuing bureau's and the units' names as they are."""
    top = Unit.objects.filter(kind="county").order_by("code").first()
    bureau = Unit.objects.filter(kind="bureau").order_by("code").first()
    county = top.name if top else ""
    issuer = bureau.name if bureau else county
    issuer = issuer if issuer.startswith(county) else county + issuer
    return Names(county, issuer, dict(Unit.objects.order_by("code").values_list("code", "name")))


def bulletin_matter(pack: Pack, month: Period, *, at: datetime, number: int, names: Names) -> BulletinMatter:
    """Everything that the month's bulletin says, as known after transaction `number`."""
    page = f"/scene/{pack.name}/documents/{bulletin_key(month)}/figures/"
    tally = Tally(lambda id: page + segment(id))
    book = frames(pack, up_to=number)
    findings = assess_scene(pack, [month.shift(-1), month], up_to=number) if pack.rules else None
    colours = _colours(findings, month) if findings else None
    count_month(book, month, tally, colours=colours)
    subjects = read_subjects(book)
    reds: tuple[RedSubject, ...] = ()
    if findings is not None and colours is not None:
        reds = tuple(
            RedSubject(
                subjects[key], colours.before.get(key, Colour.NONE), reasons, _subject_path(pack, key, month)
            )
            for key, reasons in _red_reasons(pack, findings, month).items()
            if key in subjects and colours.now.get(key) is Colour.RED
        )
        reds = tuple(sorted(reds, key=lambda one: (-len(one.reasons), one.subject.unit, one.subject.name)))
    moment = at.astimezone(COUNTY_ZONE)
    head = Transaction.objects.filter(id=number).values_list("digest", flat=True).first() or "0" * 64
    return BulletinMatter(
        pack=pack,
        month=month,
        tally=tally,
        county=names.county,
        issuer=names.issuer,
        day=moment.date(),
        basis=Basis(pack.name, pack.version, str(month), number, head, moment),
        seal=_seal(month, number),
        units=names.units,
        reds=tuple(RedSubject(one.subject, one.before, one.reasons[:REASONS_EACH], one.path) for one in reds),
        boards=tuple(_boards(pack, month, number, names)),
        closings=tuple(_closings(pack, month, number, at, tally)),
        copies=names.copies,
    )


def segment(text: str) -> str:
    """A key as one segment of an address, spelled as the site spells it (`a/b` is `a~2Fb`)."""
    spelled = "".join(f"~{ord(one):02X}" if one in "/~\\%?#" else one for one in text)
    return quote(spelled.replace(".", "~2E") if set(spelled) == {"."} else spelled, safe="~@:")


def _subject_path(pack: Pack, key: str, month: Period) -> str:
    return f"/scene/{pack.name}/subject/{segment(key)}?month={month}"


def _seal(month: Period, number: int) -> SealPrint | None:
    """The month's seal; a seal over more than the book's moment came later and is not known yet."""
    row = Seal.objects.filter(month=str(month), transaction_count__lte=number).first()
    if row is None:
        return None
    return SealPrint(row.month, row.id, row.root, row.digest, row.transaction_count, row.entry_count)


def _colours(findings: Findings, month: Period) -> Colours:
    def of(one: Period) -> dict[str, Colour]:
        return {row["subject"]: Colour(row["overall"]) for row in findings.rows(one)}

    return Colours(of(month), of(month.shift(-1)))


def _red_reasons(pack: Pack, findings: Findings, month: Period) -> dict[str, tuple[tuple[str, str], ...]]:
    """Every red finding of the month by subject: (rule, reason), in the order of the rules."""
    labels = {rule.name: rule.label.zh for rule in findings.rules.rules}
    order = {name: at for at, name in enumerate(labels)}
    rows = [one for one in findings.each() if one.month == month.first and one.colour is Colour.RED]
    rows.sort(key=lambda one: (one.subject, order[one.rule], one.node, one.zh))
    found: dict[str, list[tuple[str, str]]] = {}
    for one in rows:
        node = f"{pack.nodes[one.node].label.zh}：" if one.node in pack.nodes else ""
        found.setdefault(one.subject, []).append((labels[one.rule], node + one.zh))
    return {subject: tuple(reasons) for subject, reasons in found.items()}


def _closings(pack: Pack, month: Period, number: int, at: datetime, tally: Tally) -> Iterator[CloseLine]:
    """The close-out rate of the month, of all cases and of each class; nothing without cases."""
    book, on = case_book(pack), at.astimezone(COUNTY_ZONE).date()
    counted: dict[str, list[tuple[Part, bool]]] = {}
    for case in cases_of(pack, up_to=number):
        for rate in close_rates([case], book=book, period=month, on=on, by="class"):
            part = Part(case.subject, case.slot, "case", value=case.slip.number)
            counted.setdefault(rate.key, []).append((part, bool(rate.closed)))
    kind = class_field(pack)
    labels = {value: label.zh for value, label in kind.choices.items()} if kind else {}
    whole = [one for key in sorted(counted) for one in counted[key]]
    lines = [("合计", "", whole)] if whole else []
    lines += [
        (labels.get(key, key or "未分类"), f".{key or 'none'}", counted[key]) for key in sorted(counted)
    ]
    for label, ending, rows in lines:
        line = CloseLine(label, f"cases.closed{ending}", f"cases.all{ending}", f"cases.rate{ending}")
        told = f"{month_text(month)}督办件（{label}）"
        tally.count(line.all, [part for part, _ in rows], unit="件", metric=f"{told}在办")
        tally.count(line.closed, [part for part, closed in rows if closed], unit="件", metric=f"{told}已销号")
        tally.ratio(line.rate, line.closed, line.all, metric=f"{told}销号率")
        yield line


def _boards(pack: Pack, month: Period, number: int, names: Names) -> Iterator[PublishedTable]:
    """The boards that stood published for the month, and for the longer periods that it ends."""
    ends = {str(Period(month.shift(1 - length).first, length)) for length in (1, 3, 6, 12)}
    wanted = [one for one in _published(pack.name, number) if one.board.period in ends]
    order = {name: at for at, name in enumerate(pack.boards)}
    for one in sorted(wanted, key=lambda one: (order.get(one.board.board, len(order)), one.board.period)):
        if Period.of(one.board.period).last_day == month.last_day:
            yield _table(pack, one, names)


def _published(scene: str, number: int) -> Iterable[FrozenBoard]:
    rows = MarkVersion.objects.filter(scene=scene, kind="board", recorded_from__lte=number)
    rows = rows.filter(Q(recorded_to=None) | Q(recorded_to__gt=number)).order_by("subject", "slot")
    return [thaw(load(json.loads(row.facts)["payload"])) for row in rows]


def _table(pack: Pack, frozen: FrozenBoard, names: Names) -> PublishedTable:
    drawn = frozen.board
    units = {one.name for one in pack.fields.values() if one.type == "unit"}
    # A subject's code is too long for paper where its name stands beside it.
    shown = {one.name for one in drawn.columns}
    kept = [at for at, one in enumerate(drawn.columns) if one.name != pack.key or pack.display not in shown]
    rows = []
    for row in _worth_printing(pack, drawn):
        cells = ((drawn.columns[at].name, row[at]) for at in kept)
        rows.append(tuple(names.units.get(text, text) if name in units else text for name, text in cells))
    columns: list[tuple[str, Align]] = []
    for one in (drawn.columns[at] for at in kept):
        unit = f"（{one.unit}）" if one.unit else ""
        columns.append((one.label.zh + unit, "right" if one.kind == "number" else "left"))
    path = f"/scene/{pack.name}/board/{drawn.board}?period={drawn.period}"
    return PublishedTable(
        name=drawn.board,
        title=drawn.title.zh,
        period=drawn.period,
        columns=tuple(columns),
        rows=tuple(rows),
        digest=frozen.digest,
        path=path,
    )


def _worth_printing(pack: Pack, drawn: DrawnBoard) -> list[list[str]]:
    """The board's rows as texts; of a board that marks some rows only those that it marks."""
    body = drawn.texts("zh")[1:]
    declared = board_of(pack, drawn.board) if drawn.board in pack.boards else None
    marks = [
        drawn.index(name)
        for name, one in (declared.columns.items() if declared else ())
        if isinstance(one.mechanic, MarkMechanic) and not one.hidden
    ]
    return [row for row in body if not marks or any(row[at] for at in marks)]
