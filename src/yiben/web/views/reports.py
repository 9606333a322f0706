"""Work reports (报告页): taken in, read beside their text, reviewed one by one or by filter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yiben.journeys.report_targets import Names, candidates
from yiben.journeys.take_in_report import SCENE, Decision, records_of, review_report, take_in_report
from yiben.kernel.problems import Place, Problem, Refused
from yiben.ledger.attachments import load
from yiben.ledger.frames import frame
from yiben.ledger.packs import installed
from yiben.ledger.record import head
from yiben.people.roles import Action
from yiben.readers.documents import Document, open_document
from yiben.readers.promises import answers_of
from yiben.readers.report import Report, read_document
from yiben.web.doors import needs, person
from yiben.web.problems import all_told
from yiben.web.report_text import segments
from yiben.web.words import say

KINDS = {"figure": "数据", "mention": "项目", "promise": "承诺", "check": "算术"}
STATES = {"open": "待审", "accepted": "已采纳", "corrected": "更正后采纳", "rejected": "不采纳"}
DOING = {"accept": "accepted", "reject": "rejected", "reopen": "open"}
# The reader's stable words, as people say them.
SPOKEN = {
    "level": "总量", "growth": "增速", "change": "增减", "share": "占比", "rank": "位次", "index": "指数",
    "actual": "实绩", "forecast": "预计", "target": "目标", "rule": "规定",
    "approx": "约数", "min": "不低于", "max": "不超过",
    "yoy": "同比", "previous": "较前", "nation": "较全国", "province": "较全省", "city": "较全市",
    "plan": "谋划", "reserve": "储备", "preliminary": "前期", "approved": "批复", "signed": "签约", "land": "用地",
    "start": "开工", "construction": "在建", "topped_out": "结顶", "complete": "完工", "operation": "投运",
}  # fmt: skip
EVENTS = (
    "plan", "reserve", "preliminary", "approved", "signed", "land", "start", "construction", "topped_out",
    "complete", "operation",
)  # fmt: skip
# What a reviewer may type otherwise, by kind, with the word on the page.
MENDED = {
    "figure": (
        ("subject", "指标"),
        ("value", "数值"),
        ("unit", "计量单位"),
        ("place", "地区"),
        ("period", "时期"),
    ),
    "mention": (("name", "项目名称"), ("event", "进展"), ("period", "时期")),
}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
WORDED = ("measure", "event", "status", "bound", "compare")
MAX_UPLOAD = 20_000_000
VERDICTS = {"kept": "已兑现", "exceeded": "超额兑现", "missed": "未兑现", "unmentioned": "未提及"}


@needs(Action.READ)
@require_http_methods(["GET", "POST"])
def reports(request: HttpRequest) -> HttpResponse:
    """The reports taken in so far; a clerk adds one here."""
    problems: Any = ()
    if request.method == "POST":
        person(request).require(Action.IMPORT)
        sent = request.FILES.get("file")
        if sent is None or (sent.size or 0) > MAX_UPLOAD:
            messages.warning(request, say("请选择一个不超过 20 MB 的文件。"))
            return redirect("reports")
        try:
            taken = take_in_report(
                sent.read(), name=sent.name or "report", by=person(request), at=timezone.now()
            )
        except Refused as refusal:
            problems = all_told(refusal.problems)
        else:
            if not taken.recorded.entries:
                messages.info(request, say("这份报告已经读过，没有新的内容。"))
            return redirect("report", taken.digest)
    rows = frame(installed(SCENE)).to_pylist()
    rows.sort(key=lambda row: (str(row["reviewed"] or ""), row["title"]), reverse=True)
    view = {"rows": rows, "problems": problems, "may_add": person(request).may(Action.IMPORT)}
    return render(request, "reports/list.html", view, status=422 if problems else 200)


@needs(Action.READ)
@require_safe
def report(request: HttpRequest, digest: str) -> HttpResponse:
    """One report: its text with everything that was read, and the records beside it."""
    return _page(request, digest, request.GET)


def _page(
    request: HttpRequest,
    digest: str,
    asked: QueryDict,
    *,
    typed: QueryDict | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    """The page of a report as `asked`; after a refusal with what was `typed` and what was wrong."""
    facts, others = _one_and_others(digest)
    kind = asked.get("kind", "figure")
    if kind not in KINDS:
        raise Http404(kind)
    document = open_document(load(digest), name=facts["name"] or "report")
    held = {one: records_of(digest, kind=one) for one in KINDS}
    shown = _filtered(held[kind], asked)
    _described(shown, kind, document, typed)
    view: dict[str, Any] = {
        "facts": facts,
        "digest": digest,
        "kind": kind,
        "counts": [(one, say(label), len(held[one])) for one, label in KINDS.items()],
        "records": shown,
        "states": [(state, say(label)) for state, label in STATES.items()],
        "state": asked.get("state", ""),
        "words": asked.get("words", ""),
        "back": asked.urlencode(),
        "problems": all_told(problems),
        "segments": segments(
            document.source, [mark for one in KINDS for mark in held[one]], html=document.kind == "html"
        ),
        "seen": typed.get("seen") if typed else head(),
        "may_review": person(request).may(Action.RECORD),
        "events": [(event, say(SPOKEN[event])) for event in EVENTS],
        "others": others,
    }
    if later := asked.get("later", ""):
        view["later"], view["answers"] = later, _answers(digest, facts, later, others)
    return render(request, "reports/review.html", view, status=422 if problems else 200)


def _described(shown: list[Any], kind: str, document: Document, typed: QueryDict | None) -> None:
    """Give each record its words for the page, and what the reviewer had typed for it."""
    names = None
    for mark in shown:
        facts, key = mark.facts, f"{kind}:{mark.slot}"
        facts["state_said"] = say(STATES.get(facts.get("state", "open"), "待审"))
        facts["where"] = document.where(facts["start"])
        facts["spoken"] = _spoken(facts)
        facts["mend"] = [
            (name, say(label), _written(facts.get(name)), _written(facts.get(name)))
            for name, label in MENDED.get(kind, ())
        ]
        if typed is not None:
            facts["picked"] = key in typed.getlist("pick")
            facts["chosen"] = typed.get(f"target:{key}", "")
            facts["mend"] = [
                (name, label, typed.get(f"{name}:{key}", now), was) for name, label, now, was in facts["mend"]
            ]
            facts["open"] = any(now != was for _, _, now, was in facts["mend"])
        if kind == "mention" and facts.get("state") == "open":
            names = names or Names()
            facts["candidates"] = candidates(facts["name"], names)


def _written(value: Any) -> str:
    """A value as a person types it: 3.5, 5-6."""
    if isinstance(value, list):
        return "-".join(map(str, value))
    return "" if value is None else str(value)


def _spoken(facts: dict[str, Any]) -> str:
    """What the reader made of a record, in one line."""
    parts = [facts.get("place"), facts.get("period")]
    parts += [say(SPOKEN[word]) for name in WORDED if (word := facts.get(name)) in SPOKEN]
    if facts.get("amount") is not None:
        parts.append(f"{facts['amount']}{facts.get('unit') or ''}")
    return " · ".join(str(part) for part in [*parts, facts.get("scope"), facts.get("where")] if part)


def _one_and_others(digest: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The facts of one report, and those of all others; the book is read once."""
    rows = frame(installed(SCENE)).to_pylist()
    facts = next((dict(row) for row in rows if row["digest"] == digest), None)
    if facts is None:
        raise Http404(digest)
    return facts, [row for row in rows if row["digest"] != digest]


def _filtered(records: list[Any], asked: QueryDict) -> list[Any]:
    state, words = asked.get("state", ""), asked.get("words", "").strip()
    return [
        mark
        for mark in records
        if (not state or mark.facts.get("state") == state)
        and (not words or any(words in str(value) for value in mark.facts.values()))
    ]


def _answers(
    digest: str, facts: dict[str, Any], later: str, others: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What became of this report's promises in a later one, with the place of both statements."""
    after = next((row for row in others if row["digest"] == later), None)
    if after is None:
        raise Http404(later)
    (before, first), (document, second) = _read(digest, facts), _read(later, after)
    rows = []
    for one in answers_of(first, second):
        told = one.as_dict()
        place = (before.where(one.promise.start), one.start is not None and document.where(one.start))
        rows.append(told | {"said": say(VERDICTS[one.verdict]), "places": place})
    return rows


def _read(digest: str, facts: dict[str, Any]) -> tuple[Document, Report]:
    document = open_document(load(digest), name=facts["name"] or "report")
    return document, read_document(document, doc=digest[:12])


@needs(Action.RECORD)
@require_POST
def review(request: HttpRequest, digest: str) -> HttpResponse:
    """What the reviewer says of the picked records; all of it or nothing."""
    back = request.POST.get("back", "")
    target = f"{reverse('report', args=[digest])}?{back}" if back else reverse("report", args=[digest])
    state = DOING.get(request.POST.get("do", ""))
    picked = request.POST.getlist("pick")
    if state is None or not picked:
        messages.warning(request, say("请先勾选要审核的记录。"))
        return redirect(target)
    try:
        decisions = [_decision(request.POST, one, state) for one in picked]
        review_report(
            digest,
            decisions,
            by=person(request),
            at=timezone.now(),
            seen=int(request.POST.get("seen") or 0) or None,
        )
    except Refused as refusal:
        return _page(request, digest, QueryDict(back), typed=request.POST, problems=refusal.problems)
    messages.success(request, say("已记下 {n} 条审核意见。", n=len(decisions)))
    return redirect(target)


def _decision(typed: QueryDict, picked: str, state: str) -> Decision:
    """What the form says of one record; raises Refused for a value that is no number."""
    kind, _, slot = picked.partition(":")
    found: dict[str, Any] = {}
    for name, _ in MENDED.get(kind, ()):
        said = typed.get(f"{name}:{picked}")
        if said is None or said == typed.get(f"was-{name}:{picked}"):
            continue
        found[name] = _number(said, picked) if name in ("value", "amount") else said.strip() or None
    return Decision(kind, slot, state, found, typed.get(f"target:{picked}", ""))


def _number(said: str, picked: str) -> int | float | list[int | float] | None:
    """A typed value: a number, or both ends of a range (5-6); nothing at all for a last place."""
    text = said.strip().replace(",", "")
    if not text:
        return None
    ends = [text] if _NUMBER.fullmatch(text) else text.split("-")
    if len(ends) > 2 or not all(_NUMBER.fullmatch(end) for end in ends):
        place = Place(subject=picked)
        raise Refused([Problem("not-a-number", said, "a number such as 12.5, or a range such as 5-6", place)])
    values = [int(end) if "." not in end else float(end) for end in ends]
    return values[0] if len(values) == 1 else values
