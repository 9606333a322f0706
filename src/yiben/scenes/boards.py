"""The boards section of a pack (榜单): what a league table declares, as checked values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from sqlglot import exp

from yiben.kernel.problems import Place, Problem, Refused, errors_of
from yiben.scenes.board_names import TIMED, kinds_of_names, subject_names
from yiben.scenes.columns import Kind
from yiben.scenes.expressions import Expression, parse_expression
from yiben.scenes.kinds import kind_problems
from yiben.scenes.mechanics import (
    COMPARING,
    WORDED,
    Flag,
    Grade,
    Key,
    Mark,
    MeanFull,
    Mechanic,
    Rounding,
    Total,
)
from yiben.scenes.mechanics_reader import (
    READERS,
    MechanicReader,
    Scope,
    decimal_of,
    label_of,
    outer_aggregates,
    scope_problems,
    sort_keys,
)
from yiben.scenes.model import Label, Pack


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a board (榜单列): a mechanic, its bounds, and how it is shown.

    `carry` says whether later columns see the exact number or the one shown; `arithmetic` whether
    fields are binary floating-point numbers inside its aggregates, as in a spreadsheet.
    """

    name: str
    label: Label
    mechanic: Mechanic
    unit: str = ""
    decimals: int | None = None
    rounding: Rounding = "half_up"
    carry: Literal["exact", "rounded"] = "exact"
    arithmetic: Literal["exact", "binary"] = "exact"
    hidden: bool = False
    blank: str = ""
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def words(self) -> dict[str, Label]:
        """The words that the column can say, with their labels."""
        match self.mechanic:
            case Flag(cases=cases):
                return {case.word: case.label for case in cases}
            case Grade(prizes=prizes):
                return {prize.word: prize.label for prize in prizes}
            case Mark(red=red, black=black):
                sides = {"red": red, "black": black}
                return {word: side.label for word, side in sides.items() if side is not None}
        return {}


@dataclass(frozen=True, slots=True)
class Limit:
    """How many rows from the top and from the bottom stay (取前几名、后几名)."""

    top: int | None = None
    bottom: int | None = None
    ties: Literal["cut", "keep"] = "cut"


@dataclass(frozen=True, slots=True)
class Board:
    """A league table as declared in a pack (榜单).

    With `group` each row is a group of subjects, without it a row is one subject. `within` names
    the columns that part the rows into separately ranked groups.
    """

    name: str
    label: Label
    every: Literal["", "month", "quarter", "year"] = ""
    group: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    where: Expression | None = None
    each: Mapping[str, Expression] = field(default_factory=dict)
    each_labels: Mapping[str, Label] = field(default_factory=dict)
    columns: Mapping[str, Column] = field(default_factory=dict)
    having: Expression | None = None
    within: tuple[str, ...] = ()
    order: tuple[Key, ...] = ()
    limit: Limit = Limit()
    blank_groups: Literal["leave_out", "keep"] = "leave_out"
    source: str = ""
    note: Label | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> tuple[str, ...]:
        """The fields that say which row it is."""
        return self.group or self.show

    def row_expressions(self) -> Iterator[Expression]:
        """Every expression of the columns and of `having`, in order."""
        for column in self.columns.values():
            yield from expressions_of(column.mechanic)
        if self.having is not None:
            yield self.having

    def names_read(self) -> frozenset[str]:
        """Every name that the board's expressions read of single subjects or of its own columns."""
        names = set(self.head)
        for one in (self.where, *self.each.values()):
            names |= one.columns if one is not None else set()
        for expression in self.row_expressions():
            if self.group:
                for call in outer_aggregates(expression.tree):
                    names |= {column.name for column in call.find_all(exp.Column)}
            else:
                names |= expression.columns
        if not self.group:
            means = (one.mechanic.mean for one in self.columns.values() if isinstance(one.mechanic, MeanFull))
            names |= {name for mean in means if mean is not None for name in mean.columns}
        return frozenset(names)


def expressions_of(mechanic: Mechanic) -> Iterator[Expression]:
    """Every expression inside a mechanic that is computed for each row."""
    parts: list[object] = [mechanic]
    if isinstance(mechanic, MeanFull):
        parts = [mechanic.of]
    while parts:
        part = parts.pop()
        if isinstance(part, Expression):
            yield part
        elif isinstance(part, tuple):
            parts += part
        elif hasattr(part, "__dataclass_fields__"):
            parts += [getattr(part, name) for name in part.__dataclass_fields__]


def check_boards(pack: Pack) -> list[Problem]:
    """What is wrong with the pack's boards beyond the schema."""
    return read_boards(pack)[1]


def board_of(pack: Pack, name: str) -> Board:
    """The board called `name` of a pack; raises Refused where there is none or it is amiss."""
    if name not in pack.boards:
        known = ", ".join(pack.boards) or "none"
        place = Place(file=pack.file, line=pack.line_of("boards"))
        raise Refused([Problem("board-unknown", f"no board {name!r}", f"one of: {known}", place)])
    board, problems = _read_board(pack, name)
    if errors_of(problems):
        raise Refused(errors_of(problems))
    return board


def read_boards(pack: Pack) -> tuple[dict[str, Board], list[Problem]]:
    """Every board of a pack and what is wrong with them."""
    boards, problems = {}, []
    for name in pack.boards:
        boards[name], found = _read_board(pack, name)
        problems += found
    return boards, problems


@dataclass(slots=True)
class _Draft:
    """One board while it is being read: its names so far, and its problems."""

    pack: Pack
    name: str
    raw: Mapping[str, Any]
    known: dict[str, str]
    kinds: dict[str, Kind]
    columns: dict[str, Column] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: str) -> Place:
        whole = f"boards.{self.name}.{path}".rstrip(".")
        return Place(file=self.pack.file, line=self.pack.line_of(whole), field=whole)

    def say(self, code: str, found: str, expected: str, path: str) -> None:
        self.problems.append(Problem(code, found, expected, self.place(path)))

    @property
    def group(self) -> tuple[str, ...]:
        return tuple(self.raw.get("group", ()))

    @property
    def show(self) -> tuple[str, ...]:
        return () if self.group else tuple(self.raw.get("show", (self.pack.display,)))

    def reader(self, raw: Mapping[str, Any], path: str) -> MechanicReader:
        """A reader over the names that stand before this place."""
        period = {name for name, kind in self.known.items() if kind == "period"}
        row = frozenset({*self.columns, *self.group, *period})
        scope = Scope(frozenset(self.known), row, bool(self.group))
        names = (*self.group, *self.show, *self.columns)
        within = tuple(self.raw.get("within", ()))
        return MechanicReader(
            raw, path, scope, self.kinds, names, within, self.group, self.place, self.problems
        )


def _read_board(pack: Pack, name: str) -> tuple[Board, list[Problem]]:
    raw = pack.boards[name]
    draft = _Draft(pack, name, raw, subject_names(pack), kinds_of_names(pack))
    where = _over_subjects(draft, raw["where"], "where", wanted="boolean")[0] if "where" in raw else None
    each = _each(draft)
    _check_head(draft)
    for column in raw["columns"]:
        _read_column(draft, column)
    having = _having(draft)
    within = tuple(
        draft.reader(raw, "").column(part, f"within.{index}")
        for index, part in enumerate(raw.get("within", ()))
    )
    board = Board(
        name=name,
        label=label_of(raw["label"]),
        every=raw.get("every", ""),
        group=draft.group,
        show=draft.show,
        where=where,
        each=each,
        each_labels={name: _each_label(name, one) for name, one in raw.get("each", {}).items()},
        columns=draft.columns,
        having=having,
        within=within,
        order=sort_keys(draft.reader(raw, ""), raw.get("order", ()), "order"),
        limit=Limit(**raw.get("limit", {})),
        blank_groups=raw.get("blank_groups", "leave_out"),
        source=raw.get("source", ""),
        note=label_of(raw["note"]) if "note" in raw else None,
        raw=raw,
    )
    _check_timed(draft, board)
    return board, draft.problems


def _over_subjects(
    draft: _Draft, text: Any, path: str, *, wanted: Kind | None = None
) -> tuple[Expression | None, Kind]:
    """A checked expression over single subjects, and the kind of its value."""
    place = draft.place(path)
    parsed, problems = parse_expression(str(text), columns=frozenset(draft.known), place=place)
    draft.problems += problems
    if parsed is None:
        return None, "null"
    names = frozenset(draft.known)
    draft.problems += scope_problems(parsed, plain=names, inside=names, place=place)
    kind, mixed = kind_problems(
        parsed.tree, columns=draft.kinds, wanted=wanted, text=parsed.text, place=place
    )
    draft.problems += mixed
    return parsed, kind


def _each(draft: _Draft) -> dict[str, Expression]:
    each = {}
    for name, raw in draft.raw.get("each", {}).items():
        text = raw["value"] if isinstance(raw, Mapping) else raw
        if name in draft.known:
            draft.say("board-twice", f"{name!r} is a name of the scene", "another name", f"each.{name}")
        parsed, kind = _over_subjects(draft, text, f"each.{name}")
        if parsed is not None:
            each[name] = parsed
        draft.known[name], draft.kinds[name] = "each", kind
    return each


def _each_label(name: str, raw: Any) -> Label:
    return label_of(raw.get("label", name)) if isinstance(raw, Mapping) else Label(name)


def _check_head(draft: _Draft) -> None:
    for key in ("group", "show"):
        for index, name in enumerate(draft.raw.get(key, ())):
            if draft.known.get(name) not in ("field", "each", "node") or name == "subject":
                known = ", ".join((*draft.pack.fields, *draft.pack.computed, *draft.raw.get("each", {})))
                draft.say("board-pointer", f"no field {name!r}", f"one of: {known}", f"{key}.{index}")
    if draft.group and "show" in draft.raw:
        draft.say("board-show", "`show` beside `group`", "`show` in a board of subjects only", "show")


def _read_column(draft: _Draft, name: str) -> None:
    raw, path = draft.raw["columns"][name], f"columns.{name}"
    if name in draft.group or name in draft.show:
        draft.say("board-twice", f"{name!r} heads the row already", "another name", path)
    kinds = [key for key in raw if key in READERS]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "no way of scoring"
        draft.say("board-mechanic", found, "exactly one of: " + ", ".join(READERS), path)
        return
    reader = draft.reader(raw, path)
    mechanic = reader.read(kinds[0])
    draft.kinds[name] = "text" if isinstance(mechanic, WORDED) else reader.kind_of_value(mechanic)
    least, most = decimal_of(raw.get("least")), decimal_of(raw.get("most"))
    if least is not None and most is not None and least > most:
        draft.say("board-bounds", f"least {least}, most {most}", "least not above most", f"{path}.most")
    if isinstance(mechanic, WORDED) and ("decimals" in raw or "least" in raw or "most" in raw):
        draft.say("board-word", "decimals or bounds of a word", "a number", path)
    if isinstance(mechanic, Total) and mechanic.quarters and not draft.raw.get("every"):
        draft.say("board-every", "weights by quarter", "`every` on the board", f"{path}.total")
    draft.columns[name] = Column(
        name=name,
        label=label_of(raw.get("label", name)),
        mechanic=mechanic,
        unit=raw.get("unit", ""),
        decimals=raw.get("decimals"),
        rounding=raw.get("rounding", "half_up"),
        carry=raw.get("carry", "exact"),
        arithmetic=raw.get("arithmetic", "exact"),
        hidden=raw.get("hidden", False),
        blank=raw.get("blank", ""),
        least=least,
        most=most,
    )


def _having(draft: _Draft) -> Expression | None:
    if "having" not in draft.raw:
        return None
    having = draft.reader(draft.raw, "").expression(draft.raw["having"], "having", wanted="boolean")
    order = list(draft.columns)
    first = next(
        (i for i, name in enumerate(order) if isinstance(draft.columns[name].mechanic, COMPARING)), None
    )
    late = [name for name in order[first:] if name in having.columns] if first is not None else []
    if late:
        expected = "columns that stand before the first one that compares rows"
        draft.say("board-having", ", ".join(late), expected, "having")
    return having


def _check_timed(draft: _Draft, board: Board) -> None:
    if board.every:
        return
    plain = {name for expression in board.row_expressions() for name in expression.columns}
    timed = [name for name in sorted(board.names_read() | plain) if draft.known.get(name) in TIMED]
    timed = [name for name in timed if name not in board.columns]
    if timed:
        expected = "`every: month`, `quarter` or `year` on the board"
        draft.say("board-every", f"{', '.join(timed)} without a period", expected, "")
