"""Work reports (报告页): taken in, read beside their text, reviewed one by one or by filter."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yiben.journeys.report_targets import candidates
from yiben.journeys.take_in_report import SCENE, Decision, records_of, review_report, take_in_report
from yiben.kernel.problems import Refused
from yiben.ledger.attachments import load
from yiben.ledger.frames import frame
from yiben.ledger.packs import installed
from yiben.ledger.record import head
from yiben.people.roles import Action
from yiben.readers.documents import open_document
from yiben.readers.promises import answers_of
from yiben.readers.report import Report, read_document
from yiben.web.doors import needs, person
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
            problems = refusal.problems
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
    facts = _facts(digest)
    kind = request.GET.get("kind", "figure")
    if kind not in KINDS:
        raise Http404(kind)
    document = open_document(load(digest), name=facts["name"] or "report")
    held = {one: records_of(digest, kind=one) for one in KINDS}
    shown = _filtered(held[kind], request)
    counts = [(one, say(label), len(held[one])) for one, label in KINDS.items()]
    for mark in shown:
        mark.facts["state_said"] = say(STATES.get(mark.facts.get("state", "open"), "待审"))
        mark.facts["where"] = document.where(mark.facts["start"])
        mark.facts["spoken"] = _spoken(mark.facts)
        if kind == "mention" and mark.facts.get("state") == "open":
            mark.facts["candidates"] = candidates(mark.facts["name"])
    view: dict[str, Any] = {
        "facts": facts,
        "digest": digest,
        "kind": kind,
        "counts": counts,
        "records": shown,
        "states": [(state, say(label)) for state, label in STATES.items()],
        "state": request.GET.get("state", ""),
        "words": request.GET.get("words", ""),
        "segments": segments(
            document.source, [mark for one in KINDS for mark in held[one]], html=document.kind == "html"
        ),
        "seen": head(),
        "may_review": person(request).may(Action.RECORD),
        "others": _others(digest),
    }
    if later := request.GET.get("later", ""):
        view["later"], view["answers"] = later, _answers(digest, facts, later)
    return render(request, "reports/review.html", view)


def _spoken(facts: dict[str, Any]) -> str:
    """What the reader made of a record, in one line."""
    parts = [facts.get("place"), facts.get("period")]
    parts += [say(SPOKEN[word]) for name in WORDED if (word := facts.get(name)) in SPOKEN]
    if facts.get("amount") is not None:
        parts.append(f"{facts['amount']}{facts.get('unit') or ''}")
    return " · ".join(str(part) for part in [*parts, facts.get("scope"), facts.get("where")] if part)


def _facts(digest: str) -> dict[str, Any]:
    for row in frame(installed(SCENE)).to_pylist():
        if row["digest"] == digest:
            return dict(row)
    raise Http404(digest)


def _others(digest: str) -> list[dict[str, Any]]:
    return [row for row in frame(installed(SCENE)).to_pylist() if row["digest"] != digest]


def _filtered(records: list[Any], request: HttpRequest) -> list[Any]:
    state, words = request.GET.get("state", ""), request.GET.get("words", "").strip()
    return [
        mark
        for mark in records
        if (not state or mark.facts.get("state") == state)
        and (not words or any(words in str(value) for value in mark.facts.values()))
    ]


def _answers(digest: str, facts: dict[str, Any], later: str) -> list[dict[str, Any]]:
    """What became of this report's promises in a later one."""
    rows = []
    for one in answers_of(_read(digest, facts), _read(later, _facts(later))):
        told = one.as_dict()
        rows.append(told | {"said": say(VERDICTS.get(one.verdict, one.verdict))})
    return rows


def _read(digest: str, facts: dict[str, Any]) -> Report:
    name = facts["name"] or "report"
    return read_document(open_document(load(digest), name=name), doc=digest[:12])


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
    decisions = [
        Decision(
            kind,
            slot,
            state,
            _corrections(request, f"{kind}:{slot}"),
            request.POST.get(f"target:{kind}:{slot}", ""),
        )
        for kind, _, slot in (one.partition(":") for one in picked)
    ]
    try:
        review_report(
            digest,
            decisions,
            by=person(request),
            at=timezone.now(),
            seen=int(request.POST.get("seen") or 0) or None,
        )
    except Refused as refusal:
        for problem in refusal.problems[:5]:
            messages.error(request, str(problem))
        return redirect(target)
    messages.success(request, say("已记下 {n} 条审核意见。", n=len(decisions)))
    return redirect(target)


def _corrections(request: HttpRequest, key: str) -> dict[str, Any]:
    """The fields of one record that the reviewer typed otherwise."""
    found: dict[str, Any] = {}
    for name in ("subject", "place", "period", "unit", "name"):
        typed = request.POST.get(f"{name}:{key}")
        if typed is not None and typed != request.POST.get(f"was-{name}:{key}"):
            found[name] = typed.strip() or None
    return found
