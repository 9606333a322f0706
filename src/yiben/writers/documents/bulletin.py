"""The monthly bulletin (月度通报): from counted numbers to an official document.

Every number in it is a figure of the tally; the words around it are fixed, so that the same
numbers give the same bulletin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yiben.kernel.colours import Colour
from yiben.kernel.periods import Period
from yiben.scenes.model import Field, Label, Pack
from yiben.writers.documents.counted import Tally, prose
from yiben.writers.documents.model import (
    Align,
    Basis,
    Block,
    Document,
    Figure,
    Heading,
    Paragraph,
    Run,
    SealPrint,
    Table,
    TableColumn,
)
from yiben.writers.documents.month_counts import COLOUR_WORDS, Subject, class_field, event_dates, main_flow
from yiben.writers.documents.numbers import EMPTY, month_text, period_text

# More rows than these belong into an export and not into a bulletin.
REDS_SHOWN, BOARD_ROWS_SHOWN = 30, 40
ROUNDED = "数字按精确值四舍五入，分项与合计、比例之差可能有尾差。"


@dataclass(frozen=True, slots=True)
class RedSubject:
    """A red subject (红灯对象): its gravest reasons as (rule, text), the colour of last month, its page."""

    subject: Subject
    before: Colour
    reasons: tuple[tuple[str, str], ...]
    path: str


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A published board of the month (已发布榜单), as plain texts, with digest and page."""

    name: str
    title: str
    period: str
    columns: tuple[tuple[str, Align], ...]
    rows: tuple[tuple[str, ...], ...]
    digest: str
    path: str


@dataclass(frozen=True, slots=True)
class CloseLine:
    """One line of the close-out table (销号率): its label and the names of its figures."""

    label: str
    closed: str
    all: str
    rate: str


@dataclass(frozen=True, slots=True)
class BulletinMatter:
    """What a bulletin is written from (通报素材)."""

    pack: Pack
    month: Period
    tally: Tally
    county: str
    issuer: str
    day: date
    basis: Basis
    seal: SealPrint | None = None
    units: Mapping[str, str] | None = None
    reds: Sequence[RedSubject] = ()
    boards: Sequence[PublishedTable] = ()
    closings: Sequence[CloseLine] = ()
    copies: tuple[str, ...] = ()


def bulletin_key(month: Period) -> str:
    """What names a month's bulletin in its scene."""
    return f"bulletin@{month}"


def write_bulletin(matter: BulletinMatter) -> Document:
    """The bulletin as a document."""
    month, title = matter.month, matter.pack.title.zh
    blocks = tuple(_blocks(matter))
    return Document(
        kind="bulletin",
        key=bulletin_key(month),
        head=matter.issuer,
        number=f"{month.year}年第{month.first.month}期",
        title=f"{matter.county}{title}推进情况月度通报",
        subtitle=f"（{month_text(month)}）",
        receiver="",
        blocks=blocks,
        signer=matter.issuer,
        day=matter.day,
        copies=matter.copies,
        figures=_printed(blocks, matter.tally),
        seal=matter.seal,
        basis=matter.basis,
    )


def _printed(blocks: Sequence[Block], tally: Tally) -> tuple[Figure, ...]:
    """The figures that the blocks print, in the order of their computing."""
    named = {run.figure for block in blocks if isinstance(block, Paragraph) for run in block.runs}
    named |= {run.figure for block in blocks if isinstance(block, Table) for row in block.rows for run in row}
    return tuple(figure for id, figure in tally.figures.items() if id in named)


def _blocks(matter: BulletinMatter) -> Iterator[Block]:
    yield Heading("总体情况")
    yield from _overview(matter)
    if event_dates(matter.pack) or matter.pack.stage_field:
        yield Heading("推进情况")
        yield from _events(matter)
        yield from _stages(matter)
    if "colour.red.now" in matter.tally.figures:
        yield Heading("预警情况")
        yield from _colours(matter)
    if matter.closings:
        yield Heading("督办销号")
        yield from _closings(matter)
    if matter.boards:
        yield Heading("榜单")
        for one in matter.boards:
            yield _board(one, matter.tally)
    yield Paragraph((Run(f"（{ROUNDED}）"),), "note")


def _overview(matter: BulletinMatter) -> Iterator[Block]:
    pack, month, tally = matter.pack, matter.month, matter.tally
    kind = class_field(pack)
    noun = pack.subject.zh
    classes = [
        f"{label.zh}{{class.{value}}}"
        for value, label in (kind.choices if kind else {}).items()
        if tally.exact[f"class.{value}"]
    ]
    told = f"截至{month_text(month)}末，账内{noun}共{{subjects}}" + (
        f"，其中{'、'.join(classes)}" if classes else ""
    )
    yield Paragraph(prose(told + "。", tally))
    flow = main_flow(pack)
    if flow is None:
        return
    done = _plain_name(flow.done)
    months = f"1—{month.first.month}月" if month.first.month > 1 else "1月"
    head = f"{_of_year(month, flow.plan)}{{plan}}，" if flow.plan is not None else ""
    yield Paragraph(
        prose(f"{head}{months}累计{done}{{done}}{_against_plan(tally)}{_against_year(tally)}。", tally)
    )
    yield Paragraph(prose(f"{month.first.month}月当月{done}{{month}}{_against_last(tally)}。", tally))


def _of_year(month: Period, plan: Field) -> str:
    """The plan's name with its year: 年度计划投资 is 2026年度计划投资."""
    return f"{month.year}{'' if plan.label.zh.startswith('年') else '年'}{plan.label.zh}"


def _plain_name(measure: Field) -> str:
    """The measure without the words for its period: 本月完成投资 is 完成投资."""
    return measure.label.zh.removeprefix("本月").removeprefix("当月")


def _against_plan(tally: Tally) -> str:
    if "gap" not in tally.figures:
        return ""
    gap = tally.exact["gap"]
    if not gap:
        return "，占年度计划的{completion}，与时间进度持平（{time}）"
    word = "超前" if gap > 0 else "落后"
    return f"，占年度计划的{{completion}}，{word}时间进度（{{time}}）{{gap}}"


def _against_year(tally: Tally) -> str:
    return _growth(tally, "done_growth", "比上年同期（{done_before}）")


def _against_last(tally: Tally) -> str:
    more = tally.exact["month_more"]
    if not more:
        return "，与上月持平"
    word = "增加" if more > 0 else "减少"
    return f"，比上月（{{last}}）{word}{{month_more}}{_growth(tally, 'month_growth', '')}"


def _growth(tally: Tally, id: str, base: str) -> str:
    if id not in tally.figures:
        return ""
    found = tally.exact[id]
    if not found:
        return f"，{base}持平"
    return f"，{base}{'增长' if found > 0 else '下降'}{{{id}}}"


def _events(matter: BulletinMatter) -> Iterator[Block]:
    tally, dates = matter.tally, event_dates(matter.pack)
    if not dates:
        return

    def told(which: str) -> str:
        return "、".join(f"{_event_name(one)}{{event.{one.name}.{which}}}" for one in dates)

    yield Paragraph(prose(f"本月{told('month')}；本年累计{told('year')}。", tally))


def _event_name(one: Field) -> str:
    return one.label.zh.removeprefix("实际").removesuffix("日期")


def _stages(matter: BulletinMatter) -> Iterator[Block]:
    pack, tally = matter.pack, matter.tally
    if not pack.stage_field:
        return
    kind = class_field(pack)
    values: Mapping[str, Label] = kind.choices if kind else {}
    stages = pack.fields[pack.stage_field].choices
    columns = [TableColumn(pack.fields[pack.stage_field].label.zh, "left"), TableColumn("合计", "right")]
    columns += [TableColumn(label.zh, "right") for label in values.values()]
    rows = [
        (
            Run(label.zh),
            tally.said(f"stage.{stage}", unit=False),
            *(tally.said(f"stage.{stage}.{value}", unit=False) for value in values),
        )
        for stage, label in stages.items()
        if tally.exact[f"stage.{stage}"]
    ]
    if rows:
        yield Table(f"各阶段{pack.subject.zh}数", tuple(columns), tuple(rows), "个")


def _colours(matter: BulletinMatter) -> Iterator[Block]:
    tally, noun = matter.tally, matter.pack.subject.zh
    told = (
        "本月研判红灯{colour.red.now}、黄灯{colour.yellow.now}、绿灯{colour.green.now}"
        + ("、豁免{colour.exempt.now}" if tally.exact["colour.exempt.now"] else "")
        + "。与上月相比，新增红灯{newly_red}，退出红灯{no_longer_red}；灯色加重{worse}，减轻{better}。"
    )
    yield Paragraph(prose(told, tally))
    columns = (TableColumn("灯色", "left"), *(TableColumn(one, "right") for one in ("本月", "上月", "增减")))
    yield Table("灯色及变化", columns, tuple(_colour_row(tally, colour) for colour in COLOUR_WORDS), "个")
    if matter.reds:
        heads: tuple[tuple[str, Align], ...] = (
            *(("序号", "center"), (noun, "left"), ("责任单位", "left")),
            *(("上月", "center"), ("主要原因", "left")),
        )
        left = len(matter.reds) - REDS_SHOWN
        note = f"按红灯规则数排列，其余{left}个从略。" if left > 0 else ""
        rows = (_red_row(matter, at, one) for at, one in enumerate(matter.reds[:REDS_SHOWN], start=1))
        yield Table(f"红灯{noun}及原因", tuple(TableColumn(*one) for one in heads), tuple(rows), note=note)


def _colour_row(tally: Tally, colour: Colour) -> tuple[Run, ...]:
    change = f"colour.{colour.word}.change"
    sign = "+" if tally.exact[change] > 0 else "-" if tally.exact[change] < 0 else ""
    return (
        Run(COLOUR_WORDS[colour]),
        tally.said(f"colour.{colour.word}.now", unit=False),
        tally.said(f"colour.{colour.word}.before", unit=False),
        Run(sign + tally.said(change, unit=False).text, change),
    )


def _red_row(matter: BulletinMatter, at: int, red: RedSubject) -> tuple[Run, ...]:
    units = matter.units or {}
    id = f"reason.{red.subject.key}"
    text = "；".join(text for _, text in red.reasons)
    rules = "、".join(dict.fromkeys(rule for rule, _ in red.reasons))
    matter.tally.word(
        id, text, rules, metric=f"{red.subject.name}的研判原因", path=red.path, parts=len(red.reasons)
    )
    return (
        Run(str(at)),
        Run(red.subject.name),
        Run(units.get(red.subject.unit, red.subject.unit)),
        Run(COLOUR_WORDS[red.before]),
        Run(text, id),
    )


def _closings(matter: BulletinMatter) -> Iterator[Block]:
    whole, tally = matter.closings[0], matter.tally
    rate = f"，销号率{{{whole.rate}}}" if whole.rate in tally.figures else ""
    yield Paragraph(prose(f"本月在办督办件{{{whole.all}}}，已销号{{{whole.closed}}}{rate}。", tally))
    if len(matter.closings) < 2:
        return
    heads = (("类别", "left"), ("在办", "right"), ("销号", "right"), ("销号率", "right"))
    columns = tuple(TableColumn(text, "left" if align == "left" else "right") for text, align in heads)
    rows = tuple(
        (
            Run(one.label),
            tally.said(one.all, unit=False),
            tally.said(one.closed, unit=False),
            tally.said(one.rate, unit=False) if one.rate in tally.figures else Run(EMPTY),
        )
        for one in matter.closings
    )
    yield Table("督办件销号率", columns, rows, "件")


def _board(board: PublishedTable, tally: Tally) -> Table:
    id = f"board.{board.name}.{board.period}"
    tally.word(
        id,
        board.digest,
        board.title,
        metric=f"已发布榜单，{period_text(Period.of(board.period))}",
        path=board.path,
        parts=len(board.rows),
    )
    columns = tuple(TableColumn(text, align) for text, align in board.columns)
    rows = tuple(
        tuple(Run(text, id if at else "") for at, text in enumerate(row))
        for row in board.rows[:BOARD_ROWS_SHOWN]
    )
    left = len(board.rows) - BOARD_ROWS_SHOWN
    note = f"已冻结发布，摘要 {board.digest[:16]}" + (f"；其余{left}行从略" if left > 0 else "") + "。"
    return Table(f"{board.title}（{period_text(Period.of(board.period))}）", columns, rows, note=note)
