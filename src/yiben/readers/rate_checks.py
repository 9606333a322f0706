"""Shares, differences and growth against the levels beside them (占比、增减与增速校验)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from yiben.readers.checks import Check, bounds, check_made, half, like, number, relative, rounding, same_unit
from yiben.readers.drafts import Draft

if TYPE_CHECKING:
    from yiben.readers.report import Figure

_AGAINST_PLAN = (
    "占年度计划",
    "完成年度计划",
    "占计划",
    "完成计划",
    "完成年度目标",
    "占年度目标",
    "完成全年计划",
    "占全年计划",
)


def rates_of(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """Every share, difference and rate of growth whose levels the text states beside it."""
    yield from _shares(text, drafts, figures)
    yield from _ahead(drafts, figures)
    yield from _growth(text, drafts, figures)
    yield from _from_to(drafts, figures)
    yield from _portions(text, drafts, figures)


def _shares(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """预计完成42亿元,占年度计划(31亿元)的135%: the stated rate against done over planned."""
    for index in range(2, len(drafts)):
        if figures[index].unit != "%" or not any(mark in drafts[index].clause for mark in _AGAINST_PLAN):
            continue
        done, plan = figures[index - 1], figures[index - 2]
        if figures[index - 1].measure == "growth" and index >= 3:
            done, plan = figures[index - 2], figures[index - 3]
        top, bottom, stated = number(done), number(plan), number(figures[index])
        if top is None or bottom is None or stated is None or "计划" not in plan.subject:
            continue
        top = same_unit(top, done.unit, plan.unit)
        if top is None or bottom <= 0:
            continue
        rate = top / bottom * 100
        low, high = bounds(top, bottom)
        holds = low - half(stated) <= stated <= high + half(stated)
        yield check_made(
            "share",
            figures,
            index,
            [index - 1, index - 2],
            expected=like(rate, stated),
            holds=holds,
            mark=" ÷ ",
        )


def _ahead(drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """From-to pairs with a stated difference: 从17.5天缩短至10天,缩短7.5天."""
    for index in range(2, len(drafts)):
        first, second, moved = figures[index - 2], figures[index - 1], figures[index]
        if first.period != "previous" or moved.measure != "change" or len(drafts[index].clause) > 12:
            continue
        a, b, change = number(first), number(second), number(moved)
        if a is None or b is None or change is None or first.unit != second.unit:
            continue
        fitting = moved.unit == first.unit or (first.unit == "%" and "百分点" in moved.unit)
        if fitting:
            holds = abs(abs(b - a) - abs(change)) <= rounding([a, b, change])
            yield check_made(
                "difference",
                figures,
                index,
                [index - 1, index - 2],
                expected=abs(b - a),
                holds=holds,
                mark=" − ",
            )


def _growth(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """较2021年增加4000万元,增长16.1%: level, change and rate must agree."""
    for index in range(2, len(drafts)):
        level, change, rate = figures[index - 2], figures[index - 1], figures[index]
        if (level.measure, change.measure, rate.measure) != ("level", "change", "growth") or rate.unit != "%":
            continue
        said = text[drafts[index - 2].quantity.end : drafts[index].quantity.start]
        if drafts[index - 2].after.startswith("相比") or "。" in said or "\n" in said:
            continue
        now, by, stated = number(level), number(change), number(rate)
        if now is None or by is None or stated is None or len(drafts[index].clause) > 8:
            continue
        if len(drafts[index - 1].clause) > 16:
            continue
        moved = same_unit(by, change.unit, level.unit)
        if moved is None or now - moved <= 0:
            continue
        expected = moved / (now - moved) * 100
        slack = half(stated) + abs(expected) * (relative(now) + relative(by) + Decimal("0.002"))
        holds = abs(abs(expected) - abs(stated)) <= slack
        yield check_made(
            "growth",
            figures,
            index,
            [index - 2, index - 1],
            expected=like(expected, stated),
            holds=holds,
            mark=" , ",
        )


def _from_to(drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """由142家增加到267家,净增125家,增长88%: the rate of growth that two levels give."""
    for index in range(2, len(drafts)):
        rate, clause = figures[index], drafts[index].clause
        first = index - 2 if figures[index - 1].measure != "change" else index - 3
        if first < 0 or rate.measure != "growth" or rate.unit not in ("%", "倍") or len(clause) > 6:
            continue
        before, after = figures[first], figures[first + 1]
        a, b, stated = number(before), number(after), number(rate)
        if before.period != "previous" or before.unit != after.unit or before.measure != "level":
            continue
        if not a or b is None or stated is None or not _nominal(after.subject) or "年均" in clause:
            continue
        low, high = bounds(b, a)
        scale = Decimal(1 if rate.unit == "%" else 100)
        expected = (b / a - 1) * 100 / scale
        slack = max(half(stated), half(stated) * (10 if rate.bound != "exact" else 1))
        holds = (low - 100) / scale - slack <= stated <= (high - 100) / scale + slack
        yield check_made(
            "growth",
            figures,
            index,
            [first, first + 1],
            expected=like(expected, stated),
            holds=holds,
            mark=" → ",
        )


def _nominal(subject: str) -> bool:
    """Whether the growth of an indicator is that of its amounts; value added grows at constant prices."""
    return not any(word in subject for word in ("增加值", "GDP", "生产总值", "经济总量", "收入"))


def _portions(text: str, drafts: Sequence[Draft], figures: Sequence[Figure]) -> Iterator[Check]:
    """国省考断面15个,其中优良13个,占86.7%: a part over the whole that was named just before."""
    for index in range(2, len(drafts)):
        whole, part, share = figures[index - 2 : index + 1]
        if share.unit != "%" or share.measure != "share" or whole.unit != part.unit or share.bound != "exact":
            continue
        clause = drafts[index].clause.strip(",( ")
        named = text[drafts[index - 2].quantity.end : drafts[index - 1].quantity.start]
        if not clause.startswith("占") or len(clause) > 8 or not ("其中" in named or "中," in named):
            continue
        top, bottom, stated = number(part), number(whole), number(share)
        if top is None or not bottom or stated is None or "。" in named or part.measure != "level":
            continue
        if whole.measure != "level" or top > bottom:
            continue
        low, high = bounds(top, bottom) if "." in part.text + whole.text else (top / bottom * 100,) * 2
        yield check_made(
            "share",
            figures,
            index,
            [index - 1, index - 2],
            expected=like(top / bottom * 100, stated),
            holds=low - half(stated) <= stated <= high + half(stated),
            mark=" ÷ ",
        )
