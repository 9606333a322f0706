"""The closed set of ways in which a board's column scores (计分方式), as values.

Each class is one way. Expressions were checked when the pack was read; `of`, `when` and the like
speak of the columns of one board row, `mean` of all rows that are compared with each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from yiben.scenes.expressions import Expression
from yiben.scenes.model import Label

Best = Literal["high", "low"]
Ties = Literal["skip", "dense"]
# What happens to an exact half: away from zero, or to the even digit.
Rounding = Literal["half_up", "half_even"]


@dataclass(frozen=True, slots=True)
class Value:
    """A plain expression (直接计算)."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Slope:
    """Points for each percentage point away from 100 %, up to the completion `until`."""

    per_point: Decimal
    until: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """Done against plan (完成率计分): points at 100 %, slopes above and below, or in proportion.

    Without slopes the score is points × done ÷ plan. `cap` bounds what the slopes add or take.
    """

    done: Expression
    plan: Expression
    points: Decimal
    above: tuple[Slope, ...] = ()
    below: tuple[Slope, ...] = ()
    cap: Decimal | None = None
    no_plan: Decimal | None = None

    @property
    def in_proportion(self) -> bool:
        """Whether the score follows the completion ratio itself."""
        return not self.above and not self.below


@dataclass(frozen=True, slots=True)
class Step:
    """One band of a step table: points from `start` on (`open`: only above it)."""

    start: Decimal
    points: Decimal
    open: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """A step table (分档计分): the first band that holds gives the points."""

    of: Expression
    bands: tuple[Step, ...]
    otherwise: Decimal | None


@dataclass(frozen=True, slots=True)
class Lookup:
    """Points by a word, such as the industry (按类别计分)."""

    of: Expression
    points: Mapping[str, Decimal]
    otherwise: Decimal | None


@dataclass(frozen=True, slots=True)
class RankBand:
    """Points for the ranks up to and including `to`."""

    to: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class RankPoints:
    """Points by the rank in one number (名次计分)."""

    of: Expression
    bands: tuple[RankBand, ...]
    otherwise: Decimal
    best: Best = "high"
    ties: Ties = "skip"


@dataclass(frozen=True, slots=True)
class PerUnit:
    """± points for each unit beyond a mark (按量加减分): base + points × (of - beyond) ÷ each."""

    of: Expression
    points: Decimal
    each: Decimal = Decimal(1)
    beyond: Decimal = Decimal(0)
    base: Decimal = Decimal(0)
    whole: bool = False


@dataclass(frozen=True, slots=True)
class MaxFull:
    """The best gets full points, the others in proportion (最高者满分)."""

    of: Expression
    points: Decimal


@dataclass(frozen=True, slots=True)
class MeanFull:
    """The mean gets full points, the others in proportion (平均值满分).

    `mean` says what the mean is where it is not the plain mean of the rows (a growth of totals).
    """

    of: Expression
    points: Decimal
    mean: Expression | None = None
    otherwise: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Min-max scale (极差标准化): the least row becomes `low`, the greatest `high`."""

    of: Expression
    low: Decimal
    high: Decimal
    best: Best = "high"
    if_equal: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Percent change against the same group at a base (较基期增减).

    `against` names a field of the group and its base value; None means the value one before.
    """

    of: Expression
    field: str
    against: str | None
    negative_base: Literal["plain", "absolute", "blank"] = "plain"


@dataclass(frozen=True, slots=True)
class Gate:
    """Fulfilled or not (一票式达标): points where it holds, otherwise the other number."""

    when: Expression
    points: Decimal
    otherwise: Decimal | None


@dataclass(frozen=True, slots=True)
class Portion:
    """The row's part of the whole, in percent (占比)."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Total:
    """The weighted sum of columns (加权合计), with other weights by quarter where declared."""

    parts: Mapping[str, Decimal]
    quarters: Mapping[int, Mapping[str, Decimal]] = field(default_factory=dict)

    def weights(self, quarter: int | None) -> Mapping[str, Decimal]:
        """The weights that count in a quarter."""
        return self.quarters.get(quarter, self.parts) if quarter is not None else self.parts


@dataclass(frozen=True, slots=True)
class BonusItem:
    """One bonus or penalty (加减分项): points where `when` holds, or for each of `of`."""

    label: Label
    points: Decimal
    when: Expression | None = None
    of: Expression | None = None
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Bonus:
    """Bonus and penalty items added up (加减分)."""

    items: tuple[BonusItem, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: a column, rising or falling."""

    column: str
    falling: bool


@dataclass(frozen=True, slots=True)
class Rank:
    """The rank by columns, the further ones break ties (名次); equal in all: `ties` says."""

    by: tuple[Key, ...]
    ties: Ties = "skip"


@dataclass(frozen=True, slots=True)
class FlagCase:
    """One word of a flag and when it is said; without a condition: otherwise."""

    word: str
    label: Label
    when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """A word by thresholds (标识): the first case that holds."""

    cases: tuple[FlagCase, ...]


@dataclass(frozen=True, slots=True)
class Prize:
    """One prize class: for ranks up to `to`, or numbers from `start` on; neither: the rest."""

    word: str
    label: Label
    to: Decimal | None = None
    start: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """A prize class (等次), lowered by as many classes as `lower_by` says."""

    of: Expression
    prizes: tuple[Prize, ...]
    lower_by: Expression | None = None


@dataclass(frozen=True, slots=True)
class MarkSide:
    """One side of a mark: the test, how many at the end of the ranking, who is spared."""

    when: Expression
    count: Mapping[str, int]
    label: Label
    unless: Expression | None = None

    def reach(self, group: str) -> int:
        """How many ranks count in the group called `group`."""
        return self.count.get(group, self.count.get("", 0))


@dataclass(frozen=True, slots=True)
class Mark:
    """Red flag and snail, red and black list (红旗 / 蜗牛, 红榜 / 黑榜): two tests on each side.

    Red needs the test and a rank among the first; black needs the test and a rank among the last,
    and `unless` (force majeure) spares from black.
    """

    rank: str
    red: MarkSide | None
    black: MarkSide | None


Mechanic = (
    Value
    | Completion
    | Steps
    | Lookup
    | RankPoints
    | PerUnit
    | MaxFull
    | MeanFull
    | Scale
    | Change
    | Gate
    | Portion
    | Total
    | Bonus
    | Rank
    | Flag
    | Grade
    | Mark
)
# These compare rows with each other, so `having` must be settled before them.
COMPARING = (RankPoints, MaxFull, MeanFull, Scale, Change, Portion, Rank, Mark)
# Shown decimals of a number whose column declares none.
USUAL_DECIMALS = 2
# These give a word and not a number.
WORDED = (Flag, Grade, Mark)
