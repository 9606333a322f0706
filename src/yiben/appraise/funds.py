"""Government investment and special bonds (政府投资、专项债): estimates, spending, cover."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from yiben.appraise.factors import Factors
from yiben.kernel.colours import Colour
from yiben.kernel.problems import Place, Problem, Refused
from yiben.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Judgement:
    """One check of money (资金核查): colour and the reason in numbers."""

    colour: Colour
    reason_zh: str
    reason_en: str


def estimate_over(
    study: Decimal, *, estimate: Decimal, on: date, book: Rulebook, place: str = "CN"
) -> Judgement:
    """The budget estimate against the investment of the approved study (概算超可研).

    Red above the line (10 % since 2019-07-01): report, a new study may be demanded.
    """
    _positive("study", study, above=True)
    _positive("estimate", estimate)
    line = Factors(book, on, place).number("funds.projects.estimate_over")
    over = (estimate - study) / study
    zh = f"概算 {estimate} 万元较可研批复 {study} 万元{'超' if over >= 0 else '低'} {abs(over):.2%}，界限 {line:.0%}"
    en = f"estimate {estimate} against study {study}: {over:+.2%}, line {line:.0%}"
    if over > line:
        return Judgement(
            Colour.RED, f"{zh}；应报告，可要求重新报送可研", f"{en}; report, a new study may be demanded"
        )
    return Judgement(Colour.GREEN, zh, en)


def spending_behind(
    bond: Decimal, *, spent: Decimal, physical: Decimal, on: date, book: Rulebook, place: str = "CN"
) -> Judgement:
    """Spending of a bond against physical progress, a share from 0 to 1 (支出慢于实物进度).

    Spending in front of physical progress is told in yellow: money may not be paid ahead of work.
    """
    _positive("bond", bond, above=True)
    _positive("spent", spent)
    if not 0 <= physical <= 1:
        place_of = Place(field="physical")
        raise Refused([Problem("funds-share", str(physical), "a share from 0 to 1, such as 0.45", place_of)])
    if spent > bond:
        raise Refused(
            [
                Problem(
                    "funds-overspent",
                    f"{spent} spent of {bond}",
                    "not more than the bond",
                    Place(field="spent"),
                )
            ]
        )
    factors = Factors(book, on, place)
    share = spent / bond
    gap = physical - share
    zh = f"支出 {share:.1%}，实物进度 {physical:.1%}，落后 {gap:.1%}"
    en = f"spent {share:.1%}, physical progress {physical:.1%}, behind by {gap:.1%}"
    if gap > factors.number("funds.projects.spending_gap_red"):
        return Judgement(Colour.RED, zh, en)
    if gap > factors.number("funds.projects.spending_gap_yellow"):
        return Judgement(Colour.YELLOW, zh, en)
    return Judgement(
        Colour.GREEN,
        f"支出 {share:.1%}，不慢于实物进度 {physical:.1%}",
        f"spent {share:.1%}, not behind {physical:.1%}",
    )


def bond_idle(
    money_in: date, *, last_spent: date | None, on: date, book: Rulebook, place: str = "CN"
) -> Judgement:
    """Months since bond money last moved (资金闲置)."""
    since = max(money_in, last_spent) if last_spent else money_in
    months = (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day)
    yellow, red = Factors(book, on, place).value("funds.projects.idle_months")
    colour = Colour.RED if months >= red else Colour.YELLOW if months >= yellow else Colour.GREEN
    return Judgement(
        colour, f"自 {since} 起 {months} 个月未支出", f"no spending for {months} months since {since}"
    )


def bond_cover(
    income: Decimal, *, service: Decimal, on: date, book: Rulebook, place: str = "CN"
) -> Judgement:
    """Income over debt service (本息覆盖倍数); red below the line."""
    _positive("service", service, above=True)
    line = Factors(book, on, place).number("funds.projects.bond_cover")
    cover = income / service
    colour = Colour.RED if cover < line else Colour.GREEN
    return Judgement(
        colour, f"覆盖倍数 {cover:.2f}，要求不低于 {line}", f"cover {cover:.2f}, at least {line} asked"
    )


def _positive(name: str, value: Decimal, *, above: bool = False) -> None:
    if not value.is_finite() or value < 0 or (above and value == 0):
        expected = "an amount above zero" if above else "an amount of zero or more"
        raise Refused([Problem("funds-amount", str(value), expected, Place(field=name))])
