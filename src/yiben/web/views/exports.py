"""Taking a list away (导出): the rows and columns of a list page as xlsx, csv or Parquet."""

from __future__ import annotations

import io

import pyarrow as pa
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from yiben.ledger.frames import moment_head, subjects_at
from yiben.ledger.models import Transaction
from yiben.people.roles import Action
from yiben.web.doors import needs
from yiben.web.downloads import attachment
from yiben.web.rows import in_order, visible_fields
from yiben.web.scenes_here import pack_named
from yiben.web.views.imports import XLSX
from yiben.web.views.scene_list import Asked, asked_of
from yiben.web.words import label_of, language
from yiben.writers.tables import write_csv, write_parquet, write_xlsx

KINDS = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


@needs(Action.EXPORT)
@require_safe
def export(request: HttpRequest, scene: str, kind: str) -> HttpResponse:
    """The whole list as a file: every matching row in its order; a past moment as it was known."""
    pack = pack_named(scene)
    if kind not in KINDS:
        raise Http404(f"no export is called {kind!r}")
    asked = asked_of(request, pack)
    table = rows_of(asked, chosen=bool(request.GET.getlist("column")) or asked.saved is not None)
    stream = io.BytesIO()
    if kind == "parquet":
        digest = (
            Transaction.objects.filter(id=moment_head(asked.as_of)).values_list("digest", flat=True).first()
        )
        write_parquet(table, pack, to=stream, as_of=asked.as_of, head_hash=digest or "")
    elif kind == "csv":
        write_csv(table, pack, to=stream, language=language())
    else:
        write_xlsx(table, pack, to=stream, language=language())
    day = timezone.localtime(asked.as_of).date() if asked.as_of else timezone.localdate()
    return attachment(stream.getvalue(), name=f"{label_of(pack.title)}-{day}.{kind}", kind=KINDS[kind])


def rows_of(asked: Asked, *, chosen: bool) -> pa.Table:
    """The matching subjects as typed columns: the chosen ones, else all that the person may see."""
    pack = asked.pack
    keys = list(in_order(asked.rows(), asked.order).values_list("subject", flat=True))
    table = subjects_at(pack, moment_head(asked.as_of))
    place = {key: index for index, key in enumerate(table["subject"].to_pylist())}
    table = table.take(pa.array([place[key] for key in keys], pa.int64()))
    visible = visible_fields(pack, asked.person)
    names = [one.name for one in asked.columns if one.name in visible] if chosen else list(visible)
    wanted = dict.fromkeys([pack.key, pack.display, *names] if chosen else names)
    return table.select([name for name in wanted if name in visible])
