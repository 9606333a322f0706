"""A verdict as plain data and as one printable page (评价结论页), self-contained, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Any

from yiben.appraise.effect import BANDS, Effect
from yiben.appraise.factors import Factor
from yiben.appraise.route import DECIDERS, ROUTES, Route
from yiben.appraise.verdict import Verdict
from yiben.kernel.units import plain

CONCLUSIONS = {
    "fits": ("符合", "fits"),
    "conditional": ("有条件", "conditional: large effect"),
    "does-not-fit": ("不符合", "does not fit"),
    "unknown": ("未评价影响", "effect not appraised"),
}
INDICATORS = {
    "energy": ("综合能耗", "tce(等价值)"),
    "carbon": ("二氧化碳排放", "tCO2"),
    "energy_intensity": ("单位增加值能耗", "tce/万元"),
    "carbon_intensity": ("单位增加值碳排放", "tCO2/万元"),
}
SHARES = {
    "m": "m(能耗增量影响)",
    "n": "n(能耗强度影响)",
    "m_carbon": "碳排放空间占用",
    "n_carbon": "碳强度影响",
}
SURE = {"text": "原文", "secondary": "转引", "general": "通行口径，待核", "given": "申报自带"}
STYLE = (
    "@page{size:A4;margin:10mm}body{font:11px/1.35 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;color:#111;"
    "max-width:190mm;margin:auto}h1{font-size:18px;margin:0 0 4px}h2{font-size:13px;margin:10px 0 3px}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #888;padding:1px 5px;text-align:left}"
    "td.n{text-align:right}td{vertical-align:top}@media print{body{font-size:9px;line-height:1.25}}.verdict{border:2px solid #111;padding:4px 8px;margin:6px 0}li{margin:0}"
)


def as_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain values with stable names, for JSON and for pages."""
    project = verdict.project
    return {
        "project": project.name,
        "code": project.code,
        "place": project.place,
        "applied_on": project.applied_on.isoformat(),
        "conclusion": verdict.conclusion,
        "reasons": {"zh": list(verdict.reasons_zh), "en": list(verdict.reasons_en)},
        "route": _route_data(verdict.route),
        "lines": [
            {
                "carrier": line.use.name,
                "amount": _number(line.use.amount),
                "unit": line.use.unit,
                "tce_calorific": _number(line.calorific),
                "tce_equivalent": _number(line.equivalent),
                "carbon": _number(line.carbon),
            }
            for line in verdict.lines
        ],
        "totals": {
            name: _number(getattr(verdict.totals, name)) for name in type(verdict.totals).__dataclass_fields__
        },
        "taken_out": list(verdict.taken_out),
        "indicators": {name: _number(value) for name, value in verdict.indicators.as_mapping().items()},
        "against_trade": {name: _number(value) for name, value in verdict.against_trade.items()},
        "against_place": {name: _number(value) for name, value in verdict.against_place.items()},
        "alone": _effect_data(verdict.alone),
        "together": _effect_data(verdict.together),
        "two_high": None
        if verdict.exchange is None
        else {
            "ratio": _number(verdict.exchange.ratio),
            "needed": _number(verdict.exchange.needed),
            "given_up": _number(verdict.exchange.given_up),
            "missing": _number(verdict.exchange.missing),
        },
        "completion": [
            {
                "indicator": one.promise.name,
                "promised": _number(one.promise.value),
                "measured": _number(one.measured),
                "kept": one.kept,
                "over": _number(one.gap),
            }
            for one in verdict.completion
        ],
        "factors": [_factor_data(one) for one in verdict.factors],
        "warnings": [problem.as_dict() for problem in verdict.warnings],
    }


def _route_data(route: Route) -> dict[str, Any]:
    return {
        "route": route.route,
        "decider": route.decider,
        "code": route.code,
        "order": route.order_zh,
        "rule": {"zh": route.rule_zh, "en": route.rule_en},
        "source": route.source,
        "sure": route.sure,
        "carbon_appraisal": route.carbon_appraisal,
        "decision_days": route.decision_days,
        "measures": {key: _number(value) for key, value in route.measures.items()},
    }


def _factor_data(one: Factor) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name_zh,
        "value": _value(one.value),
        "unit": one.unit,
        "in_force_from": one.day.isoformat() if one.day else None,
        "year": one.year,
        "source": one.source,
        "sure": one.sure,
        "jurisdiction": one.jurisdiction,
    }


def _effect_data(effect: Effect) -> dict[str, Any]:
    return {
        "band": effect.band,
        "band_name": None if effect.band is None else BANDS[effect.band][0],
        "fits": effect.fits,
        "shares": [
            {"name": one.name, "percent": _number(one.percent), "band": one.band} for one in effect.shares
        ],
        "rooms": [
            {
                "name": one.name,
                "before": _number(one.before),
                "asked": _number(one.asked),
                "after": _number(one.after),
            }
            for one in effect.rooms
        ],
        "path": [
            {
                "year": one.year,
                "limit": _number(one.limit),
                "expected": _number(one.expected),
                "added": _number(one.added),
                "margin": _number(one.margin),
            }
            for one in effect.path
        ],
    }


def _number(value: Decimal | None) -> str | None:
    """An amount as text, to ten places at most: a float in JSON would not be the same number."""
    return None if value is None else str(plain(value.quantize(Decimal("1e-10"))))


def _value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: _value(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_value(held) for held in value]
    return value


def as_html(verdict: Verdict) -> str:
    """One printable page: conclusion, indicators, effect, and every factor with day and source."""
    project, route = verdict.project, verdict.route
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in verdict.reasons_zh)
    parts = [
        f"<h1>{escape(project.name)} 能碳评价结论</h1>",
        f"<p>项目代码 {escape(project.code or '—')} · 行政区划 {escape(project.place)} · 申请日期 {project.applied_on}</p>",
        f"<div class=verdict><b>结论：{CONCLUSIONS[verdict.conclusion][0]}</b>；"
        f"{ROUTES[route.route][0]}({DECIDERS[route.decider][0]})"
        f"{'；应作碳排放评价' if route.carbon_appraisal else ''}<ul>{reasons}</ul></div>",
        "<h2>能源消费与排放</h2>",
        _table(
            ("品种", "实物量", "当量值 tce", "等价值 tce", "tCO2"),
            [
                (one.use.name, f"{one.use.amount} {one.use.unit}", one.calorific, one.equivalent, one.carbon)
                for one in verdict.lines
            ]
            + [
                (
                    "合计(改建为增量)" if project.rebuilt else "合计",
                    f"扣除原料 {verdict.totals.without_feedstock:.2f}；扣除可再生 {verdict.totals.without_renewable:.2f}；"
                    f"纳入控制 {verdict.totals.controlled:.2f}",
                    verdict.totals.calorific,
                    verdict.totals.equivalent,
                    verdict.totals.carbon,
                )
            ],
        ),
        "<h2>四项核心指标</h2>",
        _table(
            ("指标", "数值", "单位", "与行业水平之比", "与所在地之比"),
            [
                (
                    INDICATORS[name][0],
                    value,
                    INDICATORS[name][1],
                    verdict.against_trade.get(name, "—"),
                    verdict.against_place.get(name, "—"),
                )
                for name, value in verdict.indicators.as_mapping().items()
            ],
        ),
        *_effect_parts(verdict),
        *_completion_parts(verdict),
    ]
    parts += [
        "<h2>依据与系数</h2>",
        _table(
            ("名称", "取值", "单位", "施行日", "年份", "来源", "可靠性"),
            [
                (
                    one.name_zh,
                    _shown(one.value),
                    one.unit,
                    one.day or "—",
                    one.year or "—",
                    one.source,
                    SURE[one.sure],
                )
                for one in verdict.factors
            ],
        ),
        *(f"<p>提示：{escape(str(problem))}</p>" for problem in verdict.warnings),
    ]
    title = escape(project.name)
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _completion_parts(verdict: Verdict) -> list[str]:
    rows = [
        (
            INDICATORS[one.promise.name][0],
            one.promise.value,
            "未实测" if one.measured is None else one.measured,
            {True: "符合", False: f"超 {one.gap:.4f}", None: "—"}[one.kept],
        )
        for one in verdict.completion
    ]
    return ["<h2>承诺与实测</h2>", _table(("指标", "承诺", "实测", "结果"), rows)] if rows else []


def _effect_parts(verdict: Verdict) -> list[str]:
    """The effect alone and, where something was granted this period, together, side by side."""
    rows: list[tuple[str, ...]] = _effect_rows(verdict.alone)
    head = ["项目", "单独", "判定"]
    if verdict.project.granted:
        head += ["含本期已批", "判定"]
        rows = [(*mine, *both[1:]) for mine, both in zip(rows, _effect_rows(verdict.together), strict=True)]
    return ["<h2>对所在地的影响</h2>", _table(head, rows)] if rows else []


def _effect_rows(effect: Effect) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (SHARES[one.name], f"{one.percent:.4f}%", one.band_zh) for one in effect.shares
    ]
    for room in effect.rooms:
        name = "能耗空间 tce" if room.name == "energy" else "碳排放空间 tCO2"
        said = f"{room.before:.2f} − {room.asked:.2f} = {room.after:.2f}"
        rows.append((name, said, "可容纳" if room.fits else "不足"))
    for year in effect.path:
        said = f"{year.limit:.2f} − {year.expected:.2f} − {year.added:.2f} = {year.margin:.2f}"
        rows.append((f"{year.year} 年达峰路径", said, "未突破" if year.margin >= 0 else "突破"))
    return rows


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        if "over" in value:
            return f"{value['over']}/{value['under']}"
        keep = [str(held) for key, held in value.items() if isinstance(held, Decimal | int) and key != "year"]
        return " × ".join(keep) or "见来源"
    if isinstance(value, list):
        return "、".join(str(held) for held in value) if not isinstance(value[0], dict) else "见依据"
    return str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"<td class=n>{value:.4f}</td>"
    return f"<td>{escape(str(value))}</td>"
