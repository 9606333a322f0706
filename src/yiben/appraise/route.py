"""Which energy review a project needs (节能审查路径), by the day of application and the place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from yiben.appraise.energy import Totals
from yiben.appraise.factors import Factors, governing
from yiben.appraise.project import Project
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.problems import Place, Problem, Refused

DECIDERS = {
    "none": ("无需审查", "nobody"),
    "state": ("国家发展改革委", "the NDRC"),
    "province": ("省级节能审查机关", "the province's review body"),
    "local": ("省级规定的市、县节能审查机关", "the city or county body that the province names"),
    "city": ("设区市节能审查机关", "the city's review body"),
    "county": ("县级节能审查机关", "the county's review body"),
    "town": ("乡镇(街道)", "the town"),
}
ROUTES = {
    "exempt": ("免于单独节能审查", "no separate review"),
    "commitment": ("承诺备案", "commitment filing"),
    "review": ("节能审查", "review"),
}


@dataclass(frozen=True, slots=True)
class Route:
    """The answer (审查路径): route, who decides, by which rule of which document, and the days."""

    route: str
    decider: str
    rule_zh: str
    rule_en: str
    order_zh: str
    order_en: str
    source: str
    code: str
    carbon_appraisal: bool
    decision_days: int | None
    before_zh: str
    measures: Mapping[str, Decimal | None]
    sure: str = "text"

    @property
    def _doubt(self) -> tuple[str, str]:
        """What to add where the row is general knowledge only."""
        if self.sure != "general":
            return "", ""
        return "（此线为通行口径，待核对原文）", " (this line is general knowledge, to be verified)"

    @property
    def sentence_zh(self) -> str:
        """The answer in one Chinese sentence."""
        days = f"，法定 {self.decision_days} 个工作日" if self.decision_days else ""
        who = "" if self.decider == "none" else f"，由{DECIDERS[self.decider][0]}办理"
        source = "" if self.source == self.order_zh else f"（{self.source}）"
        return f"{ROUTES[self.route][0]}{who}{days}。依据：{self.order_zh}；{self.rule_zh}{self._doubt[0]}{source}。{self.before_zh}"

    @property
    def sentence_en(self) -> str:
        """The answer in one English sentence."""
        days = f", {self.decision_days} working days" if self.decision_days else ""
        who = "" if self.decider == "none" else f" by {DECIDERS[self.decider][1]}"
        source = "" if self.source == self.order_zh else f" ({self.source})"
        return f"{ROUTES[self.route][1]}{who}{days}. {self.order_en}: {self.rule_en}{self._doubt[1]}{source}."


def review_route(project: Project, *, totals: Totals, factors: Factors) -> Route:
    """The route for a project whose yearly use (for rebuilt ones: increment) is `totals`.

    Raises Refused where no order is in force on the day or a fact that the rule asks is missing.
    """
    order = factors.value("energy.review.order")
    measures: dict[str, Decimal | None] = {
        "tce": totals.calorific,
        "kwh": totals.electricity_kwh,
        "coal_t": totals.coal_t,
        "transformer_kva": project.transformer_kva,
    }
    table = factors.value("energy.review.routes")
    row = next((row for row in table if _holds(row["when"], measures, project.flags)), None)
    if row is None:
        found = f"{totals.calorific:.2f} tce with {dict(project.flags)}"
        raise Refused(
            [
                Problem(
                    "route-none",
                    found,
                    "a project that the table of routes covers",
                    Place(subject=project.name),
                )
            ]
        )
    used = factors.used["energy.review.routes"]
    source = order["zh"] if used.jurisdiction == "CN" else used.source
    route, decider, rule = row["route"], row["decider"], row["rule"]
    code, sure = row["code"], row.get("sure", used.sure)
    if commitment := _region_commitment(project, route, decider, factors):
        rule, source, code, route = commitment[0]["rule"], commitment[1], commitment[0]["code"], "commitment"
        sure = commitment[0].get("sure", "text")
    before = (
        "政府投资项目应在报送可行性研究报告前取得意见。"
        if project.government
        else "企业投资项目应在开工前取得意见。"
    )
    return Route(
        route=route,
        decider=decider,
        rule_zh=rule["zh"],
        rule_en=rule["en"],
        order_zh=order["zh"],
        order_en=order["en"],
        source=source,
        code=code,
        carbon_appraisal=bool(order["carbon"]) and route == "review",
        decision_days=_days(factors) if route == "review" else None,
        before_zh=before if route == "review" else "",
        measures=measures,
        sure=sure,
    )


def _holds(
    when: Mapping[str, Any], measures: Mapping[str, Decimal | None], flags: Mapping[str, bool]
) -> bool:
    for name, wanted in when.items():
        if isinstance(wanted, bool):
            if flags.get(name, False) != wanted:
                return False
            continue
        value = measures[name]
        if value is None:
            return False
        if "below" in wanted and not value < Decimal(wanted["below"]):
            return False
        if "from" in wanted and not value >= Decimal(wanted["from"]):
            return False
    return True


def _region_commitment(
    project: Project, route: str, decider: str, factors: Factors
) -> tuple[Mapping[str, Any], str] | None:
    """The commitment that an appraised region allows in place of a local review, where it is law."""
    appraised = project.flags.get("region_appraised", False) and not project.flags.get("negative_list", False)
    if not appraised or route != "review" or decider in ("province", "state"):
        return None
    try:
        governing(factors.book, "energy.review.region_commitment", on=factors.on, place=factors.place)
    except NotYetInForce:
        return None
    value = factors.value("energy.review.region_commitment")
    return value, factors.used["energy.review.region_commitment"].source


def _days(factors: Factors) -> int | None:
    try:
        governing(factors.book, "energy.review.decision_days", on=factors.on, place=factors.place)
    except NotYetInForce:
        return None
    return int(factors.value("energy.review.decision_days"))
