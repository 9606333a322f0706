"""`yiben appraise`: energy, carbon and review route of one project."""

from __future__ import annotations

import json
from pathlib import Path

import click

from yiben.appraise.intake import read_project
from yiben.appraise.page import CONCLUSIONS, as_data, as_html
from yiben.appraise.verdict import Verdict
from yiben.appraise.verdict import appraise as run
from yiben.kernel.problems import Problem, Refused
from yiben.rulebook import built_in


@click.command()
@click.argument("subject", metavar="FILE|PROJECT")
@click.option(
    "--extras",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="For a project of the ledger: the file with its energy and the place's figures.",
)
@click.option("--scene", default="projects", show_default=True, help="The scene that PROJECT is in.")
@click.option("--keep", is_flag=True, help="Keep the verdict, its page and its input under the project.")
@click.option("--as", "username", help="Act with the rights of this officer.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "html"]),
    default="table",
    show_default=True,
)
def appraise(
    subject: str, extras: Path | None, scene: str, keep: bool, username: str | None, language: str, form: str
) -> None:
    """Appraise a project's energy use and carbon emissions, from its YAML file or from the ledger.

    Example: yiben appraise project.yaml --format html > verdict.html

    Example: yiben appraise 2601-331022-04-01-000001 --extras energy.yaml --keep
    """
    file = Path(subject)
    try:
        if file.is_file():
            if extras is not None or keep:
                raise click.UsageError("--extras and --keep are for a project of the ledger")
            _show(_of_file(file), language, form)
        else:
            _show(_of_ledger(subject, extras, scene, keep, username, language), language, form)
    except Refused as error:
        _stop(error.problems)


def _of_file(file: Path) -> Verdict:
    """The verdict on a project that stands wholly in its file."""
    book = built_in()
    project, problems = read_project(_text(file), file=file.name, book=book)
    if project is None:
        raise Refused(problems)
    return run(project, book=book)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{file.name}: found bytes that are not UTF-8 ({error.reason}), expected UTF-8 text"
        ) from None


def _of_ledger(
    subject: str, extras: Path | None, scene: str, keep: bool, username: str | None, language: str
) -> Verdict:
    """The verdict on a project of the ledger, with the notes of what the book leaves open."""
    if Path(subject).suffix in (".yaml", ".yml"):
        raise click.UsageError(f"no file is called {subject!r}")
    from yiben.cli.desk import asking, now, scene_pack, start

    start()
    from yiben.journeys.appraise_project import appraise_project, keep_appraisal

    pack, by, at = scene_pack(scene), asking(username), now()
    text, name = (_text(extras), extras.name) if extras else ("", "extras.yaml")
    found = appraise_project(pack, subject, extras=text, file=name, by=by, at=at)
    for zh, en in found.notes:
        click.echo(f"! {zh if language == 'zh' else en}", err=True)
    if keep:
        done = keep_appraisal(found, pack=pack, subject=subject, by=by, at=at, way="command")
        click.echo(f"kept as transaction {done.transaction}", err=True)
    return found.verdict


def _show(verdict: Verdict, language: str, form: str) -> None:
    if form == "html":
        click.echo(as_html(verdict), nl=False)
    elif form == "json":
        click.echo(json.dumps(as_data(verdict), ensure_ascii=False, indent=1))
    elif form == "jsonl":
        click.echo(json.dumps(as_data(verdict), ensure_ascii=False))
    else:
        _show_table(verdict, zh=language == "zh")


def _show_table(verdict: Verdict, *, zh: bool) -> None:
    click.echo(CONCLUSIONS[verdict.conclusion][0 if zh else 1])
    for reason in verdict.reasons_zh if zh else verdict.reasons_en:
        click.echo(f"- {reason}")
    for name, value in verdict.indicators.as_mapping().items():
        click.echo(f"{name}  {value:.4f}")
    for share in verdict.together.shares:
        click.echo(f"{share.name}  {share.percent:.4f}%  {share.band_zh}")
    for problem in verdict.warnings:
        click.echo(f"{problem}", err=True)


def _stop(problems: list[Problem] | tuple[Problem, ...]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    raise SystemExit(1)
