"""Scenes and their rules (场景与规则): what a pack says, in words; and installing one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yiben import rulebook
from yiben.boards.method import describe
from yiben.kernel.colours import Colour
from yiben.kernel.dated import NotYetInForce
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused, errors_of
from yiben.ledger.models import PackVersion
from yiben.ledger.packs import install_pack
from yiben.people.roles import Action
from yiben.scenes.loader import read_pack
from yiben.scenes.model import Field, Pack
from yiben.scenes.rules import Rule, read_rules
from yiben.web.doors import needs, person
from yiben.web.problems import all_told
from yiben.web.readable import method_text, readable, reason_text
from yiben.web.rows import COUNT_LIMIT, book_at, scope_of
from yiben.web.scenes_here import all_packs, month_asked, pack_named
from yiben.web.shown import percent_text
from yiben.web.uploads import safe_name
from yiben.web.views.boards import boards_of, names_of
from yiben.web.words import label_of, language, say

MAX_PACK_BYTES = 1_000_000
TYPES = {
    "text": "文字",
    "long_text": "长文字",
    "integer": "整数",
    "decimal": "小数",
    "money": "金额",
    "quantity": "数量",
    "percent": "百分数",
    "percentage_point": "百分点",
    "rank": "名次",
    "index": "指数",
    "date": "日期",
    "month": "月份",
    "boolean": "是否",
    "choice": "选项",
    "unit": "单位",
    "officer": "人员",
    "place": "地点",
    "project_code": "项目代码",
    "latitude": "纬度",
    "longitude": "经度",
}
FAMILIES = {
    "start": "开工",
    "node": "节点",
    "investment": "投资",
    "entry": "入库",
    "permit": "许可",
    "filing": "填报",
    "funds": "资金",
    "other": "其他",
}
SURE = {"text": "原文核实", "secondary": "二手资料", "general": "通行做法"}


@needs(Action.READ)
@require_safe
def scenes(request: HttpRequest) -> HttpResponse:
    """Every installed scene."""
    rows = [_summary(pack, request) for pack in all_packs().values()]
    return render(request, "scenes.html", {"scenes": rows})


def _summary(pack: Pack, request: HttpRequest) -> dict[str, Any]:
    count = book_at(pack).filter(scope_of(pack, person(request))).order_by()[: COUNT_LIMIT + 1].count()
    return {
        "pack": pack,
        "count": f"{COUNT_LIMIT}+" if count > COUNT_LIMIT else count,
        "versions": PackVersion.objects.filter(scene=pack.name).count(),
    }


@needs(Action.READ)
@require_safe
def scene(request: HttpRequest, scene: str) -> HttpResponse:
    """One scene's description: fields, stages, nodes, lists, forms, rules with thresholds, boards."""
    pack = pack_named(scene)
    rules, judging, _ = read_rules(pack)
    month = month_asked(request.GET.get("month", ""), scene=scene)
    schemes = {name: label_of(one.label) for name, one in judging.schemes.items()}
    chosen = {rule.name for rule in rules if judging.scheme in rule.schemes}
    view = {
        "pack": pack,
        "month": month,
        "fields": [_field(one) for one in pack.fields.values()],
        "measures": [_field(one) for one in pack.measures.values()],
        "rules": [_rule(rule, pack, month, judging.place, schemes) for rule in rules if rule.name in chosen],
        "other_rules": [
            _rule(rule, pack, month, judging.place, schemes) for rule in rules if rule.name not in chosen
        ],
        "scheme": schemes.get(judging.scheme, judging.scheme),
        "scheme_name": judging.scheme,
        "boards": [_board(pack, name) for name in boards_of(pack)],
        "versions": PackVersion.objects.filter(scene=scene).order_by("-version"),
    }
    return render(request, "scene.html", view)


def _board(pack: Pack, name: str) -> dict[str, Any]:
    one = boards_of(pack)[name]
    return {
        "name": name,
        "label": label_of(one.label),
        "method": [method_text(text, pack=pack, names=names_of(one)) for text in describe(one, pack)],
    }


def _field(one: Field) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": label_of(one.label),
        "type": say(TYPES[one.type]),
        "unit": one.unit,
        "required": one.required,
        "choices": "、".join(label_of(label) for label in one.choices.values()),
        "aliases": "、".join(one.aliases),
        "every": {"month": say("每月"), "quarter": say("每季"), "year": say("每年")}.get(one.every, ""),
        "secret": one.secret,
    }


def _rule(rule: Rule, pack: Pack, month: Period, place: str, schemes: dict[str, str]) -> dict[str, Any]:
    """A rule in words: where it applies, when it is which colour, by which thresholds, from where."""
    thresholds = [_threshold(name, id, month, place) for name, id in rule.thresholds.items()]
    values = {one["name"]: f"{one['value']}{one['unit']}" for one in thresholds}
    conditions = []
    for colour in (Colour.RED, Colour.YELLOW, Colour.GREEN):
        if colour not in rule.conditions:
            continue
        because = rule.reason(colour, held=True)
        conditions.append(
            {
                "colour": colour,
                "text": rule.conditions[colour].text,
                "said": readable(rule.conditions[colour].text, pack=pack, thresholds=values),
                "because": reason_text(because, pack=pack, thresholds=values) if because else "",
            }
        )
    return {
        "name": rule.name,
        "label": label_of(rule.label),
        "family": say(FAMILIES.get(rule.family, rule.family)),
        "per_node": rule.per == "node",
        "applies": rule.applies.text if rule.applies else "",
        "applies_said": readable(rule.applies.text, pack=pack, thresholds=values) if rule.applies else "",
        "conditions": conditions,
        "otherwise": rule.otherwise,
        "thresholds": thresholds,
        "schemes": [schemes.get(name, name) for name in rule.schemes],
        "source": str(rule.source) if rule.source else "",
        "note": label_of(rule.note) if rule.note else "",
    }


def _threshold(name: str, id: str, month: Period, place: str) -> dict[str, Any]:
    """A threshold's value in force at the month's end, with its source; or that none is in force."""
    try:
        entry = rulebook.built_in().entry(id)
        value = rulebook.value(id, on=month.last_day, place=place)
    except (LookupError, NotYetInForce) as error:
        return {"name": name, "id": id, "value": str(error), "unit": "", "source": "", "sure": ""}
    is_share = entry.unit == "share" and isinstance(value, Decimal | int)
    if isinstance(value, Mapping):
        value = "、".join(f"{key} {one}" for key, one in value.items())
    return {
        "name": name,
        "id": id,
        "value": percent_text(Decimal(value), decimals=0) if is_share else value,  # type: ignore[arg-type]
        "unit": "" if is_share else entry.unit,
        "source": str(entry.source),
        "sure": say(SURE.get(str(entry.sure), str(entry.sure))),
        "days": "、".join(day.isoformat() for day in entry.days),
    }


@needs(Action.MANAGE)
@require_POST
def install(request: HttpRequest) -> HttpResponse:
    """Install a pack from a YAML file; mistakes are told with file and line, and change nothing."""
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > MAX_PACK_BYTES:
        messages.error(request, say("请选择一个不超过 1 MB 的 YAML 文件。"))
        return redirect("scenes")
    try:
        text = sent.read().decode("utf-8")
    except UnicodeDecodeError:
        messages.error(request, say("场景包须为 UTF-8 编码的 YAML 文件。"))
        return redirect("scenes")
    pack, problems = read_pack(text, file=safe_name(sent.name or "pack.yaml"))
    if pack is not None:
        try:
            is_new = install_pack(pack, by=person(request), at=timezone.now())
            said = say("已安装：{title}（第 {n} 版）。") if is_new else say("{title}（第 {n} 版）早已安装。")
            messages.success(request, said.format(title=pack.title.text(language()), n=pack.version))
            return redirect("scene", pack.name)
        except Refused as refusal:
            problems = list(refusal.problems)
    rows = [_summary(one, request) for one in all_packs().values()]
    view = {"scenes": rows, "problems": all_told(errors_of(problems) or problems)}
    return render(request, "scenes.html", view, status=422)
