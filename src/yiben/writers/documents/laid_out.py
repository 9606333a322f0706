"""From a paper to its lines (排版): the one order of parts that every format prints.

版头 (issuer, number, red line) · title · blocks with numbered headings · signature and day ·
annex: the proof (seal, digest, QR) and the sources of every number · 版记.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import count

from yiben.kernel.clock import COUNTY_ZONE
from yiben.writers.documents.model import Document, Figure, Heading, Paper, Paragraph, Run, Table
from yiben.writers.documents.numbers import EMPTY, day_text, decimal_text, grouped_hash, ordinal_text

NARROW = 0.56
# What a cell leaves free on both sides; the fewest and the most characters of words that it keeps in a line.
PADDING, NARROWEST, WIDEST = 0.9, 4, 12
CELL_SIZES = (9.0, 8.0, 7.0, 6.0)
PROOF_TITLE, SOURCES_TITLE = "核验信息", "数字出处"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text as set (字串); `target` is `#anchor` in the file, or an address."""

    text: str
    strong: bool = False
    target: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph (行) in a declared style."""

    style: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page (分隔线)."""

    red: bool = False
    points: float = 1.0


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column of a set table: heading, alignment, and its part of the width."""

    text: str
    align: str
    share: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as set (表格); `anchors` name rows that others point to, `size` is the letters' size."""

    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Piece, ...], ...]
    anchors: tuple[str, ...] = ()
    size: float = CELL_SIZES[0]


@dataclass(frozen=True, slots=True)
class Proof:
    """The box with seal, digest and QR code (核验框)."""

    lines: tuple[Line, ...]
    code: str


Item = Line | Rule | Grid | Proof


def lay_out(paper: Paper, *, link: Callable[[Figure], str] | None = None) -> tuple[Item, ...]:
    """Every part of a paper in the order in which it is printed.

    A number leads to its line among the sources, and from there to its page on the paper's site;
    with `link`, both lead to the address that it gives, or nowhere where that is empty.
    """
    anchors = {one.id: f"f{number}" for number, one in enumerate(paper.document.figures, start=1)}
    targets = {one.id: link(one) if link else f"#{anchors[one.id]}" for one in paper.document.figures}
    return (
        *_head(paper),
        *_body(paper.document, targets),
        *_signature(paper),
        *_annex(paper, anchors, link or partial(_on_site, paper.site)),
        *_colophon(paper.document),
    )


def _line(style: str, text: str, target: str = "") -> Line:
    return Line(style, (Piece(text, target=target),))


def _head(paper: Paper) -> Iterator[Item]:
    document = paper.document
    if document.head:
        yield _line("head", document.head)
    if document.number or not paper.issue.is_approved:
        state = "" if paper.issue.is_approved else "（送审稿）"
        yield _line("number", document.number + state)
    if document.head:
        yield Rule(red=True, points=1.5)
    yield _line("title", document.title)
    if document.subtitle:
        yield _line("subtitle", document.subtitle)
    if document.receiver:
        yield _line("receiver", f"{document.receiver}：")


def _body(document: Document, targets: dict[str, str]) -> Iterator[Item]:
    counters = [0, 0, 0, 0]
    tables = count(1)
    for block in document.blocks:
        match block:
            case Heading(text, level):
                counters[level - 1] += 1
                counters[level:] = [0] * (4 - level)
                style = f"h{level}" if level < 3 else "body"
                yield _line(style, ordinal_text(level, counters[level - 1]) + text)
            case Paragraph(runs, style):
                yield Line(style, tuple(_piece(run, targets) for run in runs))
            case Table() as table:
                yield from _table(table, next(tables), targets)


def _piece(run: Run, targets: dict[str, str]) -> Piece:
    return Piece(run.text, run.strong, targets.get(run.figure, ""))


def _table(table: Table, number: int, targets: dict[str, str]) -> Iterator[Item]:
    yield _line("caption", f"表{number}　{table.title}")
    if table.unit:
        yield _line("unit", f"单位：{table.unit}")
    rows = tuple(tuple(_piece(run, targets) for run in row) for row in table.rows)
    heads = [(one.text, one.align) for one in table.columns]
    shares, size = column_shares([text for text, _ in heads], rows)
    columns = (GridColumn(text, align, share) for (text, align), share in zip(heads, shares, strict=True))
    yield Grid(tuple(columns), rows, size=size)
    if table.note:
        yield _line("note", f"注：{table.note}")


def text_width(text: str) -> float:
    """How wide a text is set, in characters: Chinese ones count 1, Latin ones about a half."""
    return sum(1 if unicodedata.east_asian_width(one) in "WFA" else NARROW for one in text)


def column_shares(
    heads: Sequence[str], rows: Sequence[Sequence[Piece]], *, width: float = 442
) -> tuple[list[float], float]:
    """Each column's part of the width, and the greatest size at which no number breaks.

    Words may wrap beyond WIDEST characters, headings to a third of their length; what is left over
    goes to the columns with the longest texts.
    """
    least, wanted, whole = [], [], []
    for at, head in enumerate(heads):
        texts = [row[at].text for row in rows]
        wide = max(map(text_width, texts), default=0)
        solid = max((text_width(text) for text in texts if text.isascii()), default=0)
        base = max(solid, text_width(head) / 3, min(text_width(head), 2), min(wide, NARROWEST))
        if not wide:
            # A column to be filled in by hand.
            base = max(base, WIDEST * 2)
        least.append(base + PADDING)
        wanted.append(max(min(wide, WIDEST), base) + PADDING)
        whole.append(max(wide, base) + PADDING)
    size = next((size for size in CELL_SIZES if sum(least) * size <= width), CELL_SIZES[-1])
    widths = least
    for goal in (wanted, whole):
        widths = _towards(widths, goal, width / size)
    return [one / sum(widths) for one in widths], size


def _towards(widths: Sequence[float], goal: Sequence[float], total: float) -> list[float]:
    """Widths grown towards a goal by what is left of the total, each in proportion to what it lacks."""
    lacking = [max(0.0, one - other) for one, other in zip(goal, widths, strict=True)]
    spare = max(0.0, total - sum(widths))
    part = min(1.0, spare / sum(lacking)) if sum(lacking) else 0.0
    return [one + part * extra for one, extra in zip(widths, lacking, strict=True)]


def _signature(paper: Paper) -> Iterator[Item]:
    document = paper.document
    if paper.issue.is_approved and paper.issue.approved_by:
        yield _line("body", f"签发：{paper.issue.approved_by}　　编发：{paper.issue.published_by}")
    yield _line("signer", document.signer)
    yield _line("day", day_text(document.day))


def _annex(paper: Paper, anchors: dict[str, str], link: Callable[[Figure], str]) -> Iterator[Item]:
    document = paper.document
    yield _line("annex", "附　" + PROOF_TITLE + (f"与{SOURCES_TITLE}" if document.figures else ""))
    yield Proof(tuple(_proof_lines(paper)), code_text(document))
    if document.figures:
        yield _line("caption", SOURCES_TITLE)
        yield _sources(paper, anchors, link)


def _proof_lines(paper: Paper) -> Iterator[Line]:
    document, issue = paper.document, paper.issue
    if document.seal is not None:
        seal = document.seal
        told = f"封账：{seal.month}，第 {seal.number} 号，共 {seal.transactions} 笔 {seal.entries} 条记录"
        yield _line("proof", told)
        yield _line("proof", "封账根（SHA-256 默克尔根）：")
        yield _line("hash", grouped_hash(seal.root))
    if document.basis is not None:
        basis = document.basis
        moment = f"{basis.at.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}"
        yield _line("proof", f"数据截至第 {basis.seen} 笔（{moment}），该笔摘要：")
        yield _line("hash", grouped_hash(basis.head))
    yield _line("proof", "本件数据摘要（SHA-256）：")
    yield _line("hash", grouped_hash(document.digest))
    if issue.corrects:
        yield _line("proof", f"本件更正此前发布件，原因：{issue.reason}。原件数据摘要：")
        yield _line("hash", grouped_hash(issue.corrects))
    yield _line("proof", "核验：yiben verify 文件名。不联网；有账时逐数重算，无账时核对内嵌数据与摘要。")


def code_text(document: Document) -> str:
    """What the QR code says, in letters that a QR code keeps small."""
    seal = f":SEAL:{document.seal.month}:{document.seal.root}" if document.seal else ""
    return f"YIBEN:1{seal}:DOC:{document.key}:{document.digest}".upper()


def _sources(paper: Paper, anchors: dict[str, str], link: Callable[[Figure], str]) -> Grid:
    figures = paper.document.figures
    rows = tuple(_source_row(figure, number, link(figure)) for number, figure in enumerate(figures, start=1))
    shares = (0.07, 0.2, 0.43, 0.08, 0.22)
    heads = ("序号", "数字", "怎样算出", "依据数", "精确值")
    aligns = ("center", "left", "left", "right", "right")
    columns = (GridColumn(*one) for one in zip(heads, aligns, shares, strict=True))
    return Grid(tuple(columns), rows, tuple(anchors[one.id] for one in figures), CELL_SIZES[1])


def _on_site(site: str, figure: Figure) -> str:
    """The page of a number on the site that issued the paper."""
    return site.rstrip("/") + figure.path if site and figure.path else ""


def _source_row(figure: Figure, number: int, address: str) -> tuple[Piece, ...]:
    return (
        Piece(str(number)),
        Piece(figure.text + (figure.unit if figure.unit != "%" else ""), target=address),
        Piece(figure.metric),
        Piece(str(figure.parts)),
        Piece(_value(figure)),
    )


def _value(figure: Figure) -> str:
    """The exact value; a fraction without end to ten places, a text not at all."""
    if not figure.is_number:
        return EMPTY
    if "/" in figure.value:
        return "≈" + decimal_text(Fraction(figure.value), decimals=10)
    return figure.value


def _colophon(document: Document) -> Iterator[Item]:
    if not document.copies and not document.signer:
        return
    yield Rule()
    if document.copies:
        yield _line("copies", "　抄送：" + "，".join(document.copies) + "。")
        yield Rule(points=0.5)
    yield _line("copies", f"　{document.signer}　　{day_text(document.day)}印发")
    yield Rule()


def visible_lines(items: Sequence[Item]) -> list[str]:
    """Every text that a reader sees, line by line and cell by cell, in order."""
    found: list[str] = []
    for item in items:
        match item:
            case Line():
                found.append(item.text)
            case Grid(columns, rows):
                found += [one.text for one in columns]
                found += [piece.text for row in rows for piece in row]
            case Proof(lines, _):
                found += [line.text for line in lines]
            case Rule():
                pass
    return found
