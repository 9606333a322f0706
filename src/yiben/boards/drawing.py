"""Drawing a board (出榜): frames and findings in, ranked rows with their declared method out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from yiben.boards.across import sort_rows
from yiben.boards.compiler import AggregatePlan, Part, column
from yiben.boards.drawn import BoardRow, Cell, DrawnBoard, DrawnColumn, canonical_bytes
from yiben.boards.exact import Cells, rounded
from yiben.boards.inputs import LENGTHS, Base, period_values, read_base
from yiben.boards.method import describe
from yiben.boards.scoring import Rows, bounded, score
from yiben.kernel.periods import Period
from yiben.kernel.problems import Place, Problem, Refused
from yiben.scenes.board_names import subject_names
from yiben.scenes.boards import Board, Column, expressions_of
from yiben.scenes.frames import Frames
from yiben.scenes.mechanics import COMPARING, USUAL_DECIMALS, Key, Rank
from yiben.scenes.model import Label, Pack


def draw(
    board: Board, frames: Frames, *, period: Period | None = None, findings: pa.Table | None = None
) -> DrawnBoard:
    """The board drawn from frames (and findings) for a period (出榜).

    `findings` has the columns subject, month (first day) and colour (a word of Colour), one row or
    more for each subject and month. Raises Refused where the period does not suit the board, where
    findings are missing, or where an expression meets values that it cannot take.
    """
    _check_period(board, frames.pack, period)
    _check_findings(board, frames.pack, findings)
    # A period says nothing to a board without `every`: it only picks what was known then.
    connection = duckdb.connect(":memory:")
    try:
        base = read_base(connection, board, frames, period, findings)
        return _draw(connection, board, frames.pack, period, base)
    except (duckdb.Error, TypeError, ValueError, OverflowError) as error:
        place = _place(board, frames.pack)
        found = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refused(
            [Problem("board-values", found, "values that the board's expressions can take", place)]
        ) from error
    finally:
        connection.close()


def _place(board: Board, pack: Pack) -> Place:
    path = f"boards.{board.name}"
    return Place(file=pack.file, line=pack.line_of(path), field=path)


def _check_period(board: Board, pack: Pack, period: Period | None) -> None:
    if not board.every:
        return
    months = LENGTHS[board.every]
    if period is None or period.months != months or (period.first.month - 1) % months:
        expected = (
            f"one {board.every}, such as "
            + {"month": "2025-07", "quarter": "2025Q3", "year": "2025"}[board.every]
        )
        problem = Problem(
            "board-period", "no period" if period is None else str(period), expected, _place(board, pack)
        )
        raise Refused([problem])


def _check_findings(board: Board, pack: Pack, findings: pa.Table | None) -> None:
    kinds = subject_names(pack)
    names = sorted(name for name in board.names_read() if kinds.get(name) == "finding")
    if names and findings is None:
        expected = f"findings, for {', '.join(names)}"
        raise Refused([Problem("board-findings", "no findings", expected, _place(board, pack))])


def _draw(
    connection: duckdb.DuckDBPyConnection, board: Board, pack: Pack, period: Period | None, base: Base
) -> DrawnBoard:
    notes: list[Label] = []
    said = period_values(pack, period)
    rows = _group_rows(connection, board, base, said, notes) if board.group else _subject_rows(board, base)
    rows.table.update({name: [value] * rows.size for name, value in said.items()})
    rows = _scored(board, _in_quarter(rows, period))
    order = _limited(board, rows, notes)
    shown = [one for one in board.columns.values() if not one.hidden]
    heads = [_head_column(board, pack, name) for name in board.head]
    heads_of = {name: [_head_cell(rows.table[f"head:{name}"][row]) for row in order] for name in board.head}
    cells = [*heads_of.values(), *([show(one, rows.table[one.name][row]) for row in order] for one in shown)]
    keys = [heads_of[name] for name in board.group]
    if not board.group:
        keys = [[rows.table["#subject"][row] for row in order]]
    return DrawnBoard(
        scene=pack.name,
        version=pack.version,
        board=board.name,
        title=board.label,
        period=str(period) if period is not None else "",
        columns=(*heads, *map(_drawn_column, shown)),
        rows=tuple(
            BoardRow(tuple("" if part is None else str(part) for part in key), row)
            for key, row in zip(zip(*keys, strict=True), zip(*cells, strict=True), strict=True)
        ),
        method=describe(board, pack),
        notes=tuple(notes),
        source=board.source,
        subjects=base.table.num_rows,
        inputs=base.digest,
        declared=declaration_digest(board, pack),
    )


def declaration_digest(board: Board, pack: Pack) -> str:
    """The fingerprint of what the pack declares of the board and of the columns that it computes."""
    computed = {name: one.expression for name, one in pack.computed.items()}
    return hashlib.sha256(canonical_bytes([board.name, board.raw, computed])).hexdigest()


def _in_quarter(rows: Rows, period: Period | None) -> Rows:
    quarter = None if period is None else (period.last_day.month + 2) // 3
    return Rows(rows.table, rows.size, rows.parts, rows.settled, rows.group, rows.within, quarter)


def _subject_rows(board: Board, base: Base) -> Rows:
    table = {name: _python_cells(base.table.column(name)) for name in base.table.column_names}
    table |= {f"head:{name}": table[name] for name in board.show}
    table["#subject"] = table["subject"]
    return Rows(table, base.table.num_rows, (), {}, board.group, board.within)


def _group_rows(
    connection: duckdb.DuckDBPyConnection,
    board: Board,
    base: Base,
    constants: Mapping[str, object],
    notes: list[Label],
) -> Rows:
    plan, settled = _planned(board, base, constants)
    connection.register("base", base.table)
    query = _grouping(board, list(plan.parts.values()))
    found: pa.Table = connection.sql(query.sql(dialect="duckdb")).to_arrow_table()
    table = {name: _python_cells(found.column(name)) for name in found.column_names}
    table |= {f"head:{name}": table[name] for name in board.group}
    size = found.num_rows
    rows = Rows(table, size, (), settled, board.group, board.within)
    if board.blank_groups == "leave_out":
        known = [row for row in range(size) if all(table[name][row] is not None for name in board.group)]
        if len(known) < size:
            lost = sum(table["#subjects"]) - sum(table["#subjects"][row] for row in known)
            names = ", ".join(board.group)
            notes.append(
                Label(
                    f"{lost} 个对象缺少 {names}，未列入任何一行。",
                    f"{lost} subjects without {names} are in no row.",
                )
            )
        rows = _kept(rows, known)
    return rows


def _planned(
    board: Board, base: Base, constants: Mapping[str, object]
) -> tuple[AggregatePlan, dict[int, exp.Expr]]:
    """What SQL must aggregate, and each expression's tree over what SQL gives, by its identity."""
    schema = base.table.schema
    numbers = frozenset(one.name for one in schema if pa.types.is_decimal(one.type))
    plan, settled = AggregatePlan(constants), {}
    for one in board.columns.values():
        binary = numbers if one.arithmetic == "binary" else frozenset()
        for expression in expressions_of(one.mechanic):
            settled[id(expression)] = plan.settle(expression, binary=binary)
    if board.having is not None:
        settled[id(board.having)] = plan.settle(board.having)
    return plan, settled


def _grouping(board: Board, parts: Sequence[Part]) -> exp.Select:
    keys = [column(name) for name in board.group]
    outputs = [exp.alias_(part.tree, part.name, quoted=True) for part in parts]
    count = exp.alias_(exp.Count(this=exp.Star()), "#subjects", quoted=True)
    query = exp.select(*keys, *outputs, count).from_(exp.to_table("base", quoted=True))
    return query.group_by(*(key.copy() for key in keys)).order_by(*(key.copy() for key in keys))


def _python_cells(values: pa.ChunkedArray) -> Cells:
    """A column of Arrow as Python values; decimals become exact fractions."""
    cells: Cells = values.to_pylist()
    if pa.types.is_decimal(values.type):
        return [None if cell is None else Fraction(cell) for cell in cells]
    if pa.types.is_floating(values.type):
        return [None if cell is None else Fraction(cell) for cell in cells]
    return cells


def _kept(rows: Rows, keep: Sequence[int]) -> Rows:
    """Only some of the rows."""
    table = {name: [cells[row] for row in keep] for name, cells in rows.table.items()}
    return Rows(table, len(keep), (), rows.settled, rows.group, rows.within, rows.quarter)


def _scored(board: Board, rows: Rows) -> Rows:
    """The rows with every column computed; `having` is settled before rows are compared."""
    settled_rows = False
    for one in board.columns.values():
        if isinstance(one.mechanic, COMPARING) and not settled_rows:
            rows, settled_rows = _partitioned(board, _having(board, rows)), True
        rows.table[one.name] = _carried(one, score(one.mechanic, rows))
    return rows if settled_rows else _partitioned(board, _having(board, rows))


def _carried(one: Column, cells: Cells) -> Cells:
    """A column's exact cells within its bounds, or rounded where later columns see that."""
    if one.least is not None or one.most is not None:
        cells = [None if cell is None else bounded(cell, one.least, one.most) for cell in cells]
    if one.carry == "rounded":
        decimals = USUAL_DECIMALS if one.decimals is None else one.decimals
        return [
            Fraction(rounded(cell, decimals, one.rounding)) if _is_number(cell) else cell for cell in cells
        ]
    return cells


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | Fraction) and not isinstance(cell, bool)


def _having(board: Board, rows: Rows) -> Rows:
    if board.having is None:
        return rows
    held = rows.holds(board.having)
    return _kept(rows, [row for row in range(rows.size) if held[row]])


def _partitioned(board: Board, rows: Rows) -> Rows:
    """The rows parted by `within`; parts in the order of their first row."""
    parts: dict[tuple[Any, ...], list[int]] = {}
    for row in range(rows.size):
        parts.setdefault(tuple(rows.table[name][row] for name in board.within), []).append(row)
    return Rows(
        rows.table, rows.size, tuple(parts.values()), rows.settled, rows.group, rows.within, rows.quarter
    )


def _limited(board: Board, rows: Rows, notes: list[Label]) -> list[int]:
    """The rows that stay, in the order in which they are shown."""
    ranks = [one.name for one in board.columns.values() if isinstance(one.mechanic, Rank)]
    keys: Sequence[Key] = board.order or tuple(Key(name, False) for name in ranks[:1])
    table = {**rows.table, **{name: rows.table[f"head:{name}"] for name in board.head}}
    order: list[int] = []
    limit = board.limit
    if limit.top is None and limit.bottom is None:
        return sort_rows(range(rows.size), keys, table)
    for part in rows.parts:
        sorted_part = sort_rows(part, keys, table)
        top = _cut(sorted_part, limit.top or 0, keys, table, board, notes)
        bottom = _cut(sorted_part[::-1], limit.bottom or 0, keys, table, board, notes)
        order += top + [row for row in bottom[::-1] if row not in set(top)]
    return order


def _cut(
    rows: list[int],
    count: int,
    keys: Sequence[Key],
    table: Mapping[str, Cells],
    board: Board,
    notes: list[Label],
) -> list[int]:
    """The first `count` rows; rows that equal the last of them stay or go as declared, and are told."""
    kept = rows[:count]
    if not kept or len(rows) <= count:
        return kept
    last = [table[key.column][kept[-1]] for key in keys]
    equal = [row for row in rows[count:] if [table[key.column][row] for key in keys] == last]
    if equal and keys:
        if board.limit.ties == "keep":
            return kept + equal
        zh = f"第 {count} 名有并列，另 {len(equal)} 行未列出。"
        notes.append(Label(zh, f"Place {count} is tied; {len(equal)} equal rows are not shown."))
    return kept


def _head_column(board: Board, pack: Pack, name: str) -> DrawnColumn:
    field = pack.find(name)
    if field is None:
        return DrawnColumn(name, board.each_labels.get(name, Label(name)))
    choices = tuple(getattr(field, "choices", {}).items())
    return DrawnColumn(name, field.label, "word" if choices else "text", field.unit, "", choices)


def _head_cell(cell: Any) -> Cell:
    if isinstance(cell, Fraction):
        return show_exact(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def show_exact(value: Fraction) -> Decimal:
    """A stored decimal with no digits more than it has.

    >>> show_exact(Fraction(5, 4))
    Decimal('1.25')
    """
    decimals = next(count for count in range(13) if (value * 10**count).denominator == 1 or count == 12)
    return rounded(value, decimals, "half_even")


def _drawn_column(one: Column) -> DrawnColumn:
    words = tuple(one.words.items())
    return DrawnColumn(one.name, one.label, "word" if words else "number", one.unit, one.blank, words)


def show(one: Column, cell: Any) -> Cell:
    """A cell as it is published: rounded by the column's rule."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, int) and one.decimals is None:
        return cell
    return rounded(cell, USUAL_DECIMALS if one.decimals is None else one.decimals, one.rounding)
