"""`yiben import`, `export`, `template`: tables in and out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import click

from yiben.cli.desk import FORMATS, MomentType, PeriodType, asking, now, refuse, scene_pack, show, start, tell
from yiben.kernel.periods import Period
from yiben.kernel.problems import Refused
from yiben.scenes.model import Pack

FILE_KINDS = {".xlsx": "xlsx", ".csv": "csv", ".parquet": "parquet"}


@click.command("import")
@click.argument("scene", required=False)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--period", type=PeriodType(), default=None, help="The period of measures whose heading names none."
)
@click.option("--dry-run", is_flag=True, help="The real run, rolled back.")
@click.option("--hold-back", is_flag=True, help="Leave rows with errors out and take the rest.")
@click.option(
    "--corrected", type=click.Path(dir_okay=False, path_type=Path), help="Write a marked copy on errors."
)
@click.option("--resume", is_flag=True, help="Take in again what a killed import left behind.")
@click.option("--why", default="", help="Why it is stated.")
@click.option("--as", "username", default=None, help="The officer who does it.")
@click.option("--format", "form", type=FORMATS, default="table")
def import_(
    scene: str | None,
    file: Path | None,
    period: Period | None,
    dry_run: bool,
    hold_back: bool,
    corrected: Path | None,
    resume: bool,
    why: str,
    username: str | None,
    form: str,
) -> None:
    """Take FILE into SCENE: the name of an installed scene, or the path of a pack to install first."""
    start()
    if resume:
        _resume(username)
        return
    if scene is None or file is None:
        raise click.UsageError("expected a SCENE and a FILE (or --resume)")
    from yiben.journeys.import_file import import_file

    pack = _pack(scene, username)
    data = file.read_bytes()
    try:
        done = import_file(
            data,
            name=file.name,
            pack=pack,
            by=asking(username),
            at=now(),
            period=period,
            preview=dry_run,
            hold_back=hold_back,
            why=why,
        )
    except Refused as error:
        if corrected is not None:
            _write_corrected(data, file.name, pack, period, error, corrected)
        refuse(error, form=form)
    except PermissionError as error:
        raise click.ClickException(str(error)) from error
    tell(done.problems, form=form)
    left_out = Counter(row.kind for row in done.draft.left_out)
    show(
        [
            {
                "scene": pack.name,
                "preview": done.preview,
                "rows": done.draft.row_count,
                "held_back": done.held_back,
            }
            | {"created": done.recorded.created, "updated": done.recorded.updated}
            | {"unchanged": done.recorded.unchanged, "transaction": done.recorded.transaction}
            | {"left_out": ", ".join(f"{kind} {count}" for kind, count in sorted(left_out.items()))}
        ],
        form=form,
    )


def _pack(scene: str, username: str | None) -> Pack:
    """The scene's pack; a path to a YAML file installs it first."""
    if not scene.endswith((".yaml", ".yml")):
        return scene_pack(scene)
    from yiben.ledger.packs import install_pack
    from yiben.scenes.loader import load_pack

    try:
        pack = load_pack(Path(scene))
        install_pack(pack, by=asking(username), at=now())
    except Refused as error:
        refuse(error)
    return pack


def _resume(username: str | None) -> None:
    from yiben.journeys.import_file import resume_imports

    for left, done in resume_imports(by=asking(username), at=now()):
        if isinstance(done, Refused):
            click.echo(f"{left.name}: refused")
            tell(done.problems)
        else:
            click.echo(f"{left.name}: {done.recorded.created} created, {done.recorded.updated} updated")


def _write_corrected(
    data: bytes, name: str, pack: Pack, period: Period | None, found: Refused, path: Path
) -> None:
    from yiben.journeys.import_file import draft_of
    from yiben.readers.tables.corrected import corrected_file

    draft = replace(draft_of(data, name=name, pack=pack, period=period), problems=found.problems)
    path.write_bytes(corrected_file(data, draft, pack=pack))
    click.echo(f"a copy with every problem marked: {path}", err=True)


@click.command()
@click.argument("scene")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help=".xlsx, .csv or .parquet"
)
@click.option("--as-of", type=MomentType(), default=None, help="As it was known then, such as 2026-03-31.")
@click.option("--list", "saved", default="", help="Only the rows and columns of this saved list.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans")
@click.option("--as", "username", default=None, help="The officer who asks.")
def export(
    scene: str, out: Path, as_of: datetime | None, saved: str, language: str, username: str | None
) -> None:
    """Write a scene's subjects to a file."""
    start()
    kind = FILE_KINDS.get(out.suffix.lower())
    if kind is None:
        raise click.UsageError(f"found {out.name!r}, expected a name that ends in .xlsx, .csv or .parquet")
    from yiben.journeys.export_scene import export_scene

    target = BytesIO()
    try:
        count = export_scene(
            target,
            pack=scene_pack(scene),
            by=asking(username),
            kind=kind,
            as_of=as_of,
            saved=saved,
            language=language,
        )
    except Refused as error:
        refuse(error)
    out.write_bytes(target.getvalue())
    click.echo(f"{out}: {count} rows")


@click.command()
@click.argument("scene")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--form", "form_name", default="", help="Only the columns of this form, with the rows that must file."
)
@click.option("--period", type=PeriodType(), default=None)
def template(scene: str, out: Path, form_name: str, period: Period | None) -> None:
    """Write an xlsx template with drop-down lists; filled in, it comes back clean."""
    start()
    from yiben.journeys.export_scene import make_template

    try:
        out.write_bytes(make_template(pack=scene_pack(scene), form=form_name, period=period))
    except LookupError as error:
        raise click.ClickException(str(error)) from error
    click.echo(str(out))
