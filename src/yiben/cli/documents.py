"""`yiben bulletin`, `slip`: the month's bulletin as page, docx or PDF; publish, approve, reproduce; slips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yiben.cli.desk import FORMATS, PeriodType, asking, now, refuse, scene_pack, show, start, tell
from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem, Refused

if TYPE_CHECKING:
    from yiben.journeys.publish_bulletin import PublishedDocument
    from yiben.scenes.model import Pack

KINDS = ("docx", "pdf", "html")


@click.command()
@click.option("--scene", default="projects", show_default=True)
@click.option("--month", type=PeriodType(), default=None, help="Default: the last full month.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="FILE.docx, .pdf or .html.")
@click.option("--draft", is_flag=True, help="As it would be now, also where one is published.")
@click.option(
    "--publish", is_flag=True, help="Freeze it in the ledger; a second time corrects and needs --reason."
)
@click.option("--approve", is_flag=True, help="Approve what was published; not by who published it.")
@click.option("--reproduce", is_flag=True, help="Compile every published bulletin again and compare.")
@click.option("--reason", default="", help="Why it is corrected.")
@click.option("--site", default="", help="The site's address; numbers in files then lead to its pages.")
@click.option("--as", "username", default=None, help="The officer who publishes or approves.")
@click.option("--format", "form", type=FORMATS, default="table")
def bulletin(
    scene: str,
    month: Period | None,
    out: Path | None,
    draft: bool,
    publish: bool,
    approve: bool,
    reproduce: bool,
    reason: str,
    site: str,
    username: str | None,
    form: str,
) -> None:
    """Write the month's bulletin, publish it, approve it, or prove that it can be made again."""
    start()
    pack = scene_pack(scene)
    wanted = month or Period.month_of(now().date()).shift(-1)
    if out is not None and out.suffix.lstrip(".").lower() not in KINDS:
        raise click.UsageError(f"found {out.name!r}, expected a name that ends in .docx, .pdf or .html")
    try:
        if reproduce:
            show(_reproduced(pack, month), form=form)
            return
        if publish:
            _publish(pack, wanted, username, reason, site)
        if approve:
            _approve(pack, wanted, username)
        if out is not None:
            _write(pack, wanted, out, draft=draft, site=site)
        elif not (publish or approve):
            show(_standing(pack, month), form=form)
    except Refused as error:
        refuse(error, form=form)
    except (LookupError, ValueError, PermissionError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _publish(pack: Pack, month: Period, username: str | None, reason: str, site: str) -> None:
    from yiben.journeys.publish_bulletin import publish_bulletin

    by = asking(username)
    done = publish_bulletin(pack, month, by=by, at=now(), reason=reason, site=site, way="command")
    click.echo(f"published as transaction {done.transaction}, digest {done.document.digest}", err=True)


def _approve(pack: Pack, month: Period, username: str | None) -> None:
    from yiben.journeys.publish_bulletin import approve_bulletin

    done = approve_bulletin(pack, month, by=asking(username), at=now(), way="command")
    click.echo(f"approved as transaction {done.published.transaction}", err=True)
    if done.untypeset:
        click.echo(f"no PDF: {done.untypeset}", err=True)


def _write(pack: Pack, month: Period, out: Path, *, draft: bool, site: str) -> None:
    from yiben.journeys.publish_bulletin import draft_bulletin, file_of, published_bulletins
    from yiben.writers.documents import WRITERS

    published = [] if draft else published_bulletins(pack, month=month)
    paper = published[0].paper if published else draft_bulletin(pack, month, at=now(), site=site)
    kind = out.suffix.lstrip(".").lower()
    out.write_bytes(file_of(published[0], kind) if published else WRITERS[kind](paper))
    state = "approved" if paper.issue.is_approved else "published, not approved" if published else "draft"
    click.echo(f"{out.name}: {state}, digest {paper.document.digest}", err=True)


def _standing(pack: Pack, month: Period | None) -> Iterator[dict[str, Any]]:
    from yiben.journeys.publish_bulletin import published_bulletins

    for one in published_bulletins(pack, month=month):
        yield _row(one) | {
            "published_by": one.paper.issue.published_by,
            "approved_by": one.paper.issue.approved_by,
            "digest": one.document.digest,
        }


def _reproduced(pack: Pack, month: Period | None) -> Iterator[dict[str, Any]]:
    from yiben.journeys.publish_bulletin import published_bulletins, reproduce_bulletin

    for one in published_bulletins(pack, month=month):
        again = reproduce_bulletin(pack.name, one)
        files = {form: again.files[form] for form in KINDS if form in again.files}
        yield _row(one) | {"same": again.same, "changed_figures": len(again.figures), "files": str(files)}


def _row(one: PublishedDocument) -> dict[str, Any]:
    return {"document": one.document.key, "month": one.mark.slot, "transaction": one.transaction}


@click.command()
@click.argument("number")
@click.option("--scene", default="projects", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--site", default="", help="The site's address; the paper then leads to its pages.")
def slip(number: str, scene: str, out: Path, site: str) -> None:
    """Print the slip with this NUMBER as docx, pdf or html."""
    start()
    from yiben.journeys.print_slip import print_slip
    from yiben.writers.documents import WRITERS, CannotTypeset

    kind = out.suffix.lstrip(".").lower()
    if kind not in KINDS:
        raise click.UsageError(f"found {out.name!r}, expected a name that ends in .docx, .pdf or .html")
    try:
        paper = print_slip(scene_pack(scene).name, number, site=site)
        out.write_bytes(WRITERS[kind](paper))
    except (LookupError, CannotTypeset, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out.name}: {paper.document.title}, digest {paper.document.digest}", err=True)


def verify_file(path: Path, *, form: str) -> bool:
    """Check a document's file, against the ledger where there is one; tells, and gives whether it is clean."""
    from yiben.writers.documents.proof import read_paper

    data = path.read_bytes()
    try:
        start()
    except click.ClickException as error:
        click.echo(f"without a ledger: {error.message}", err=True)
        try:
            read = read_paper(data, name=path.name)
        except Refused as refusal:
            refuse(refusal, form=form)
        tell(read.problems, form=form)
        show([_told(read, read.problems, None)], form=form)
        return not read.problems
    from yiben.journeys.verify_document import verify_document

    try:
        verdict = verify_document(data, name=path.name)
    except Refused as refusal:
        refuse(refusal, form=form)
    tell(verdict.problems, form=form)
    show([_told(verdict.read, verdict.problems, verdict.journal)], form=form)
    return verdict.clean


def _told(read: Any, problems: tuple[Problem, ...], journal: Any) -> dict[str, Any]:
    document, issue = read.paper.document, read.paper.issue
    return {
        "clean": not problems,
        "document": document.key,
        "digest": document.digest,
        "figures": len(document.figures),
        "seal": document.seal.root if document.seal else "",
        "approved_by": issue.approved_by if issue.is_approved else "",
        "against_ledger": journal is not None,
        "transactions": journal.transactions if journal else 0,
    }
