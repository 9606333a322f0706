"""Tables and packs (表与场景包): taken in with a preview, written out as of any day, templates, scenes added."""

from __future__ import annotations

import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Form
from ninja.files import UploadedFile

from yiben.journeys.export_scene import export_scene, make_template
from yiben.journeys.import_file import import_file
from yiben.kernel.problems import Refused
from yiben.ledger.packs import install_pack
from yiben.people.roles import Action
from yiben.scenes.loader import read_pack
from yiben.web.api import shapes_plans as shapes
from yiben.web.api.interface import MOST_PROBLEMS, REFUSALS, api, moment, period_of, recorded
from yiben.web.doors import needs, person
from yiben.web.downloads import attachment
from yiben.web.filing import subjects_to_file
from yiben.web.scenes_here import pack_named
from yiben.web.uploads import safe_name
from yiben.web.views.exports import KINDS
from yiben.web.views.imports import XLSX


@api.post("/scenes/{scene}/import", response={200: shapes.ImportedOut, **REFUSALS})
@needs(Action.IMPORT)
def table_import(
    request: HttpRequest,
    scene: str,
    sent: shapes.ImportIn = Form(...),  # noqa: B008
    file: UploadedFile = File(...),  # noqa: B008
) -> Any:
    """Take a table (xlsx, csv, text) in, all or nothing; a preview is the same run, rolled back."""
    done = import_file(
        file.read(),
        name=safe_name(file.name or "file"),
        pack=pack_named(scene),
        by=person(request),
        at=timezone.now(),
        period=period_of(sent.period),
        preview=sent.preview,
        hold_back=sent.hold_back,
        why=sent.why,
    )
    problems = [one.as_dict() for one in done.problems[:MOST_PROBLEMS]]
    return recorded(done.recorded, preview=sent.preview) | {"held_back": done.held_back, "problems": problems}


@api.get("/scenes/{scene}/export/{kind}", response={200: None, **REFUSALS})
@needs(Action.EXPORT)
def table_export(
    request: HttpRequest, scene: str, kind: str, as_of: str = "", saved: shapes.Text = ""
) -> HttpResponse:
    """The rows that the caller may see as xlsx, csv or parquet, also as of a moment or of a saved list."""
    if kind not in KINDS:
        raise Http404(f"no export is called {kind!r}")
    stream = io.BytesIO()
    by, pack = person(request), pack_named(scene)
    export_scene(stream, pack=pack, by=by, kind=kind, as_of=moment(as_of), saved=saved)
    return attachment(stream.getvalue(), name=f"{pack.title.zh}.{kind}", kind=KINDS[kind])


@api.get("/scenes/{scene}/template", response={200: None, **REFUSALS})
@needs(Action.READ)
def table_template(
    request: HttpRequest, scene: str, form: shapes.Text = "", period: str = ""
) -> HttpResponse:
    """An empty workbook of the scene or of one form; filled in it comes back clean."""
    pack, asked = pack_named(scene), period_of(period)
    if form and form not in pack.forms:
        raise Http404(f"no form is called {form!r}")
    rows = subjects_to_file(pack, form, asked, person(request)) if form and asked else None
    data = make_template(pack=pack, form=form, period=asked, language="zh", subjects=rows)
    return attachment(data, name=f"{pack.title.zh}.xlsx", kind=XLSX)


@api.post("/packs/install", response={200: shapes.InstalledOut, **REFUSALS})
@needs(Action.MANAGE)
def scene_install(request: HttpRequest, sent: shapes.PackIn) -> Any:
    """Install a pack from its YAML text; mistakes are told with their line and change nothing."""
    pack, problems = read_pack(sent.text, file=safe_name(sent.name))
    if pack is None:
        raise Refused(problems)
    is_new = install_pack(pack, by=person(request), at=timezone.now())
    return {"scene": pack.name, "version": pack.version, "is_new": is_new}
