"""Taking in a file by hand (导入页): upload, preview that is the real run rolled back, confirm."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yiben.journeys.export_scene import make_template
from yiben.journeys.import_file import Imported, draft_of, import_file
from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem, Refused
from yiben.people.roles import Action
from yiben.readers.tables import corrected_file
from yiben.scenes.model import Pack
from yiben.web import uploads
from yiben.web.doors import needs, person
from yiben.web.downloads import attachment
from yiben.web.filing import subjects_to_file
from yiben.web.problems import all_told
from yiben.web.scenes_here import month_asked, pack_named, period_named
from yiben.web.uploads import Upload
from yiben.web.words import label_of, language, say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEMS_SHOWN = 300
LEFT_OUT = {
    "total": "合计行",
    "section": "分组标题行",
    "note": "说明行",
    "header": "重复的表头",
    "numbering": "栏次行",
    "hidden-sheet": "隐藏的工作表",
    "other-sheet": "其他工作表",
    "no-table": "没有表格的工作表",
}
USES = {
    "field": "字段",
    "measure": "进度数",
    "period": "时期",
    "name": "名称",
    "order": "序号",
    "computed": "计算列，不读入",
    "unknown": "不认识，未读入",
}


@needs(Action.IMPORT)
@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest, scene: str) -> HttpResponse:
    """Send a file or pasted table and see what it would do."""
    pack = pack_named(scene)
    month = month_asked("", scene=scene)
    view: dict[str, Any] = {"pack": pack, "months": _periods(month), "period": request.POST.get("period", "")}
    if request.method == "GET":
        return render(request, "import.html", view)
    sent = request.FILES.get("file")
    text = request.POST.get("text", "")
    if sent is None and not text.strip():
        view["problem"] = say("请选择文件，或粘贴表格。")
        return render(request, "import.html", view, status=400)
    upload = uploads.keep(
        sent.read() if sent is not None else text.encode(),
        name=(sent.name or "file") if sent is not None else say("粘贴的表格") + ".txt",
        officer=request.user.get_username(),
        scene=scene,
        period=_period_text(request.POST.get("period", "")),
        hold_back=request.POST.get("hold_back") == "yes",
    )
    return _preview(request, pack, upload, view)


def _periods(month: Period) -> list[str]:
    months = [str(month.shift(-back)) for back in range(-1, 14)]
    return [*months, str(month.year), str(month.year - 1)]


def _period_text(text: str) -> str:
    period = period_named(text)
    return str(period) if period else ""


def _run(request: HttpRequest, pack: Pack, upload: Upload, *, preview: bool) -> Imported:
    return import_file(
        upload.data,
        name=upload.name,
        pack=pack,
        by=person(request),
        at=timezone.now(),
        period=Period.of(upload.period) if upload.period else None,
        preview=preview,
        hold_back=upload.hold_back,
        why=request.POST.get("why", "").strip()[:500],
    )


def _preview(request: HttpRequest, pack: Pack, upload: Upload, view: dict[str, Any]) -> HttpResponse:
    view |= {"upload": upload, "size_kb": max(1, len(upload.data) // 1024)}
    try:
        done = _run(request, pack, upload, preview=True)
    except Refused as refusal:
        view |= _told(refusal.problems, pack) | {"refused": True}
        return render(request, "import.html", view, status=422)
    view |= _told(done.problems, pack) | {
        "done": done,
        "columns": _columns(done, pack),
        "left_out": _left_out(done),
    }
    return render(request, "import.html", view)


def _told(problems: Any, pack: Pack) -> dict[str, Any]:
    found = all_told(problems, pack=pack)
    return {"problems": found[:PROBLEMS_SHOWN], "problem_count": len(found)}


def _columns(done: Imported, pack: Pack) -> list[dict[str, str]]:
    rows = []
    for block in done.draft.blocks:
        for column in block.columns:
            one = pack.find(column.name) if column.name else None
            rows.append(
                {
                    "letters": column.letters,
                    "heading": column.heading,
                    "use": say(USES.get(column.use, column.use)),
                    "label": label_of(one.label) if one else "",
                    "unit": column.unit,
                    "period": column.period,
                }
            )
    return rows


def _left_out(done: Imported) -> list[tuple[str, int]]:
    counted = Counter(one.kind for one in done.draft.left_out)
    return [(say(LEFT_OUT.get(kind, kind)), count) for kind, count in sorted(counted.items())]


@needs(Action.IMPORT)
@require_POST
def confirm(request: HttpRequest, scene: str, token: str) -> HttpResponse:
    """Take the previewed file in, or throw it away."""
    pack, upload = _upload(request, scene, token)
    if request.POST.get("drop"):
        uploads.drop(token)
        return redirect("import", scene)
    try:
        done = _run(request, pack, upload, preview=False)
    except Refused as refusal:
        view = {
            "pack": pack,
            "months": _periods(month_asked("", scene=scene)),
            "upload": upload,
            "refused": True,
        }
        return render(request, "import.html", view | _told(refusal.problems, pack), status=422)
    uploads.drop(token)
    counts = {
        "created": done.recorded.created,
        "updated": done.recorded.updated,
        "same": done.recorded.unchanged,
    }
    if done.recorded.transaction:
        said = say(
            "已记为第 {n} 笔：新增 {created}，变更 {updated}，不变 {same}。",
            n=done.recorded.transaction,
            **counts,
        )
        messages.success(request, said)
    else:
        messages.success(request, say("文件与账内一致，没有需要记的变更。"))
    return redirect("list", scene)


def _upload(request: HttpRequest, scene: str, token: str) -> tuple[Pack, Upload]:
    pack = pack_named(scene)
    upload = uploads.find(token, officer=request.user.get_username(), scene=scene)
    if upload is None:
        raise Http404("no such file waits for your word")
    return pack, upload


@needs(Action.IMPORT)
@require_safe
def corrected(request: HttpRequest, scene: str, token: str) -> HttpResponse:
    """The sent file with every problem marked in its cell, to mend and send again."""
    pack, upload = _upload(request, scene, token)
    period = Period.of(upload.period) if upload.period else None
    draft = draft_of(upload.data, name=upload.name, pack=pack, period=period)
    problems: list[Problem] = list(draft.problems)
    try:
        _run(request, pack, replace(upload, hold_back=False), preview=True)
    except Refused as refusal:
        problems = list(dict.fromkeys([*problems, *refusal.problems]))
    data = corrected_file(
        upload.data, replace(draft, problems=tuple(problems)), pack=pack, language=language()
    )
    return attachment(
        data, name=f"{upload.name.rpartition('.')[0] or upload.name}-{say('标注')}.xlsx", kind=XLSX
    )


@needs(Action.READ)
@require_safe
def template(request: HttpRequest, scene: str) -> HttpResponse:
    """An empty workbook of the scene or of one form, with drop-down lists; filled in it comes back clean."""
    pack = pack_named(scene)
    text = _period_text(request.GET.get("period", ""))
    form, period = request.GET.get("form", ""), Period.of(text) if text else None
    who = person(request)
    try:
        rows = subjects_to_file(pack, form, period, who) if form in pack.forms and period else None
        data = make_template(pack=pack, form=form, period=period, language=language(), subjects=rows)
    except LookupError as error:
        raise Http404(str(error)) from error
    return attachment(data, name=f"{label_of(pack.title)}-{say('模板')}.xlsx", kind=XLSX)
