"""Why a project got what it got (分配理由), in words with the numbers, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from yiben.allocate.model import Claim, Pool, TierResult
from yiben.kernel.units import plain


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One pool that could not give the least (缺口): what was the least, what there was.

    `kept` is held back for others: the reserve and the shares of other towns.
    """

    pool: Pool
    number: int
    least: Decimal
    room: Decimal
    kept: Decimal = Decimal(0)

    @property
    def short(self) -> Decimal:
        """How much is missing to the least useful amount."""
        return self.least - self.room


def reason_of(
    claim: Claim,
    granted: Mapping[str, Decimal],
    tiers: Sequence[TierResult],
    pools: Sequence[Pool],
    short: Sequence[Shortfall],
    place: int,
) -> tuple[str, str, str]:
    """The cause as a stable word, and the sentence in Chinese and in English.

    `tiers` are the results of the claim's tier and of those served before it.
    """
    units = {pool.name: pool.unit for pool in pools}
    if not place:
        return _served(claim, granted, units)
    if not short:
        zh = f"{claim.tier}：在各目标最优的方案中未安排；本类未安排项目中排第 {place} 位。"
        en = f"{claim.tier}: no best answer serves it; {_ordinal(place)} in line of its class."
        return "not-in-optimum", zh, en
    parts_zh, parts_en = [], []
    for lack in short:
        before = [(tier.tier, tier.granted[lack.pool.name]) for tier in tiers if tier.granted[lack.pool.name]]
        kept_zh = f"机动和其他乡镇专留 {plain(lack.kept)}{lack.pool.unit}，" if lack.kept else ""
        kept_en = f"{plain(lack.kept)} {lack.pool.unit} kept for others, " if lack.kept else ""
        taken_zh = "、".join(f"{name}用去 {plain(amount)}{lack.pool.unit}" for name, amount in before)
        taken_en = ", ".join(f"{plain(amount)} {lack.pool.unit} by {name}" for name, amount in before)
        parts_zh.append(
            f"{lack.pool.name}池 {plain(lack.pool.amount)}{lack.pool.unit}{'已由' + taken_zh if before else ''}，"
            f"{kept_zh}可用 {plain(lack.room)}{lack.pool.unit}，最低需要 {plain(lack.least)}{lack.pool.unit}，"
            f"缺 {plain(lack.short)}{lack.pool.unit}"
        )
        parts_en.append(
            f"pool {lack.pool.name} of {plain(lack.pool.amount)} {lack.pool.unit}"
            f"{' was taken: ' + taken_en if before else ''}; {kept_en}{plain(lack.room)} {lack.pool.unit} left, "
            f"least useful {plain(lack.least)} {lack.pool.unit}, short by {plain(lack.short)} {lack.pool.unit}"
        )
    cause = "pool-exhausted" if any(not lack.room for lack in short) else "pool-short"
    zh = f"{claim.tier}：{'；'.join(parts_zh)}；本类未安排项目中排第 {place} 位。"
    en = f"{claim.tier}: {'; '.join(parts_en)}; {_ordinal(place)} in line of its class."
    return cause, zh, en


def _served(claim: Claim, granted: Mapping[str, Decimal], units: Mapping[str, str]) -> tuple[str, str, str]:
    lines_zh, lines_en, partly = [], [], False
    for pool, need in claim.needs.items():
        got, unit = granted[pool], units[pool]
        if got == need.wanted:
            lines_zh.append(f"{pool} {plain(got)}{unit} 足额")
            lines_en.append(f"{pool} {plain(got)} {unit} in full")
        else:
            partly = True
            gap = plain(need.wanted - got)
            lines_zh.append(f"{pool} {plain(got)}{unit}（需求 {plain(need.wanted)}{unit}，差 {gap}{unit}）")
            lines_en.append(f"{pool} {plain(got)} {unit} of {plain(need.wanted)} wanted, {gap} less")
    cause = "partly" if partly else "in-full"
    return (
        cause,
        f"{claim.tier}：安排 {'；'.join(lines_zh)}。",
        f"{claim.tier}: granted {'; '.join(lines_en)}.",
    )


def _ordinal(number: int) -> str:
    if number == 1:
        return "next"
    return f"number {number}"
