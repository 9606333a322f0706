"""What an allocation is made of (要素分配的基本词汇): pools, claims, policy, grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from yiben.kernel.units import plain

GOALS = ("score", "served", "granted")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool (指标池): a name, how much there is, in which unit."""

    name: str
    amount: Decimal
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.amount}{self.unit}"


@dataclass(frozen=True, slots=True)
class Need:
    """What one claim asks of one pool: wanted (需求), and the least that is still of use (最低)."""

    wanted: Decimal
    least: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """One project's claim (要素需求) against one or several pools at once.

    It is served in every pool that it names (each grant between `least` and `wanted`) or not at all.
    """

    id: str
    tier: str
    needs: Mapping[str, Need]
    name: str = ""
    score: Decimal = ZERO
    by: date | None = None
    town: str = ""

    @property
    def title(self) -> str:
        """The name to print; the id where there is no name."""
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Policy:
    """The order of service as data (保障次序).

    `tiers` come in order of service (实施类 first); inside a tier each of `goals` is made as large
    as possible before the next is looked at: `score` (sum of scores of the served), `served` (how
    many), `granted` (how much, pool by pool in the pools' order; with claims that are all or
    nothing this is a subset-sum question and slow to prove for thousands of claims). The served
    are then filled from the least up to the wanted in rank order. With `in_turn` there are no
    goals: claims are filled one by one in rank order. Rank order (by `rank`) is also the declared
    choice among equals. `reserves` are kept back from everybody; `town_shares` are set aside for
    one town's claims. With `only_proven` an answer without a proof is refused instead of told.
    """

    name: str
    tiers: tuple[str, ...]
    goals: tuple[str, ...] = ("score", "served")
    rank: tuple[str, ...] = ("score", "by", "id")
    in_turn: bool = False
    reserves: Mapping[str, Decimal] = field(default_factory=dict)
    town_shares: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    source: str = ""
    only_proven: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What one claim gets (分配结果), and why, in words."""

    claim: Claim
    granted: Mapping[str, Decimal]
    served: bool
    place_in_tier: int
    cause: str
    reason_zh: str
    reason_en: str

    @property
    def whole(self) -> bool:
        """True where every pool gives all that was wanted."""
        return self.served and all(
            self.granted[pool] == need.wanted for pool, need in self.claim.needs.items()
        )


@dataclass(frozen=True, slots=True)
class TierResult:
    """What a tier reached (本类结果): goal → value, each proven to be the best possible."""

    tier: str
    claims: int
    served: int
    reached: Mapping[str, Decimal]
    granted: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What was not proven within the effort (未证毕事项): a goal's best known value and the most it can be.

    The goal `choice` is the choice among equals: `reached` claims are settled, of `bound` in all.
    """

    tier: str
    goal: str
    reached: Decimal
    bound: Decimal

    def text(self, language: str) -> str:
        """The doubt in one sentence."""
        reached, bound = plain(self.reached), plain(self.bound)
        if self.goal == "choice":
            zh = f"各目标已定；并列方案之间的取舍只核定了 {bound} 个项目中的 {reached} 个，其余按已得方案"
            en = f"the choice among equal answers is settled for {reached} of {bound} claims, the rest as found"
        else:
            zh = f"{self.tier}的目标{GOAL_WORDS[self.goal]}为 {reached}，未证明不能更好；任何方案都不超过 {bound}"
            en = (
                f"{self.tier}: {self.goal} is {reached}, not proven to be the best; no answer exceeds {bound}"
            )
        return zh if language.startswith("zh") else en


GOAL_WORDS = {"score": "总得分", "served": "项目数", "granted": "总量"}


@dataclass(frozen=True, slots=True)
class Allocation:
    """The whole answer (分配方案): grants in order of tier and rank, totals, what is left.

    `doubts` is empty where every goal of every tier is proven to be the best possible.
    """

    policy: Policy
    pools: tuple[Pool, ...]
    grants: tuple[Grant, ...]
    tiers: tuple[TierResult, ...]
    left: Mapping[str, Decimal]
    doubts: tuple[Doubt, ...] = ()

    def grant_of(self, claim_id: str) -> Grant:
        """The grant of the claim called `claim_id`; raises KeyError."""
        for grant in self.grants:
            if grant.claim.id == claim_id:
                return grant
        raise KeyError(claim_id)
