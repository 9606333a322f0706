"""The words of marks (标注用语): what their facts are called, and what they say to a person."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from yiben.cases.model import DEEDS
from yiben.journeys.filing_book import RETURNED, SUBMITTED, VERIFIED
from yiben.kernel.clock import COUNTY_ZONE
from yiben.scenes.model import Pack
from yiben.web.cases import rule_label
from yiben.web.words import label_of, language, say

FILING_STATES = {SUBMITTED: ("已报送", "none"), VERIFIED: ("已审核", "green"), RETURNED: ("已退回", "yellow")}
CHANGE_STATES = {"asked": "等待审批", "approved": "已同意", "refused": "未同意"}
# What the facts of marks are called where they are told one by one.
FACTS = {
    "state": "状态",
    "by": "经手人",
    "at": "时间",
    "filed_by": "填报人",
    "reasons": "情况说明",
    "reason": "理由",
    "note": "意见",
    "rule": "规则",
    "first_month": "自",
    "end_month": "止(不含)",
    "approver": "批准人",
    "answer": "答复",
    "dates": "节点日期",
    "number": "文号",
    "caption": "说明",
    "name": "名称",
    "kind": "种类",
    "taken_at": "拍摄时间",
    "digest": "文件指纹",
    "removed": "撤下理由",
    "case": "督办",
    "subject": "对象",
    "to": "收件单位",
    "amount": "数额",
    "unit": "计量单位",
    "day": "日期",
    "document": "文件",
    "quantity": "资源",
    "source": "转出",
    "target": "转入",
    "way": "方式",
    "why": "事由",
}
STEP = re.compile(r"step_(\d+)")


def fact_label(name: str) -> str:
    """What a mark's fact is called; its own name where nobody named it."""
    step = STEP.fullmatch(name)
    if step is not None:
        return say("第 {n} 步", n=int(step[1]))
    return say(FACTS[name]) if name in FACTS else name


def fact_words(pack: Pack, kind: str, name: str, value: Any) -> str:
    """A mark's fact in words, as histories tell it."""
    if kind == "case" and isinstance(value, dict):
        reason = value.get("zh" if language() == "zh" else "en") or value.get("text") or value.get("reason")
        number = value.get("slip", {}).get("number", "") if isinstance(value.get("slip"), dict) else ""
        parts = (say(DEEDS.get(str(value.get("do")), str(value.get("do")))), number, reason)
        return " · ".join(str(part) for part in parts if part)
    if name == "state":
        words = {state: said for state, (said, _) in FILING_STATES.items()} | CHANGE_STATES
        return say(words[value]) if value in words else str(value)
    if name == "dates" and isinstance(value, dict):
        return "；".join(f"{node_label(pack, node)} {plain_text(days)}" for node, days in value.items())
    if name == "rule" and value in pack.rules:
        return rule_label(pack.rules[value])
    if name in ("at", "taken_at"):
        moment = moment_of(value)
        return f"{moment:%Y-%m-%d %H:%M}" if moment else str(value)
    return plain_text(value)


def node_label(pack: Pack, name: str) -> str:
    """A node in the reader's language."""
    return label_of(pack.nodes[name].label) if name in pack.nodes else name


def day_text(said: Any) -> str:
    """A day that a mark holds, a dash where it holds none."""
    return "—" if said in (None, "", "None") else str(said)


def plain_text(value: Any) -> str:
    """A mark's value as text; a list is a change from one to another."""
    if isinstance(value, list):
        return " → ".join(day_text(one) for one in value)
    if isinstance(value, bool):
        return say("是") if value else say("否")
    return str(value) if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)


def moment_of(said: Any) -> datetime | None:
    """A moment that a mark holds, in the county's zone; None where it holds none."""
    try:
        return datetime.fromisoformat(str(said)).astimezone(COUNTY_ZONE) if said else None
    except ValueError:
        return None
