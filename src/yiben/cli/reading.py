"""`yiben read`, `yiben repair`, `yiben check`: reports from files to records, from the command line."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from yiben.readers.documents import Document
    from yiben.readers.lexicon import Lexicon
    from yiben.readers.report import Report

KINDS = ("figures", "projects", "promises", "checks")
STATE = "read_state.jsonl"
_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
_LEXICON = click.option(
    "--lexicon",
    "own",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="The county's own words (YAML).",
)


@click.command()
@_FILES
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "json", "table"]), default="table", show_default=True
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for one file a kind and document."
)
@click.option(
    "--answers",
    "earlier",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An earlier report whose promises these files answer.",
)
@click.option("--fresh", is_flag=True, help="Read files again that were read before.")
@_LEXICON
def read(
    files: Sequence[Path], form: str, out: Path | None, earlier: Path | None, fresh: bool, own: Sequence[Path]
) -> None:
    """Read work reports into figures, projects, promises and checks."""
    words = _words(own)
    promised = _report(earlier, words) if earlier else None
    found = list(_documents(files))
    names = _names(found)
    done = _done(out) if out and not fresh else {}
    refused = 0
    with click.progressbar(found, label="read", file=sys.stderr, show_pos=True) as bar:
        for path in bar if len(found) > 1 else found:
            try:
                refused += not _one(path, names[path], form, out, words, promised, done)
            except BrokenPipeError:
                raise SystemExit(1) from None
    if refused:
        click.echo(f"{refused} of {len(found)} files refused", err=True)
        raise SystemExit(1)


def _one(
    path: Path,
    name: str,
    form: str,
    out: Path | None,
    words: Lexicon,
    promised: Report | None,
    done: dict[str, str],
) -> bool:
    """Read one file and write its records; False when it is refused."""
    from yiben.kernel.problems import Refused

    data = _bytes(path)
    mark = hashlib.sha256(data or b"").hexdigest()
    if out and done.get(name) == mark and all((out / f"{kind}_{name}.jsonl").exists() for kind in KINDS):
        return True
    try:
        report = _report(path, words, data=data, doc=name)
    except Refused as error:
        click.echo(str(error), err=True)
        return False
    records = _records(report, promised)
    if out:
        _write(out, name, records, mark)
        return True
    _show(records, form)
    return True


def _words(own: Iterable[Path]) -> Lexicon:
    from yiben.kernel.problems import Refused
    from yiben.readers.lexicon import lexicon

    try:
        return lexicon(*own)
    except Refused as error:
        raise click.ClickException(str(error)) from None


def _documents(files: Iterable[Path]) -> Iterable[Path]:
    """The files named, and of folders the documents inside."""
    for path in files:
        if path.is_dir():
            yield from sorted(
                p
                for p in path.rglob("*")
                if p.suffix.lower() in (".txt", ".html", ".htm", ".docx", ".pdf", ".md")
            )
        else:
            yield path


def _names(found: Sequence[Path]) -> dict[Path, str]:
    """A name for each file's records: its stem, with the folder's where two files share one."""
    stems = [path.stem for path in found]
    return {
        path: path.stem
        if stems.count(path.stem) == 1
        else f"{path.parent.name}_{path.stem}{path.suffix.replace('.', '_')}"
        for path in found
    }


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _open(path: Path, data: bytes | None = None) -> Document:
    from yiben.kernel.problems import Place, Problem, Refused
    from yiben.readers.documents import MOST_BYTES, open_document

    try:
        if data is None and path.stat().st_size > MOST_BYTES:
            found, expected = f"{path.stat().st_size} bytes", f"at most {MOST_BYTES}; split the file"
            raise Refused([Problem("document-large", found, expected, Place(file=path.name))])
        return open_document(path.read_bytes() if data is None else data, name=path.name)
    except OSError as error:
        found = error.strerror or str(error)
        raise Refused(
            [Problem("document-unreadable", found, "a file that can be opened", Place(file=path.name))]
        ) from None


def _report(path: Path, words: Lexicon, *, data: bytes | None = None, doc: str = "") -> Report:
    from yiben.readers.report import read_document

    return read_document(_open(path, data), doc=doc or path.stem, words=words)


def _records(report: Report, promised: Report | None) -> dict[str, list[dict[str, Any]]]:
    records: dict[str, list[dict[str, Any]]] = {
        kind: [record.as_dict() for record in getattr(report, kind)] for kind in KINDS
    }
    if promised is not None:
        from yiben.readers.promises import answers_of

        records["answers"] = [answer.as_dict() for answer in answers_of(promised, report)]
    return records


def _write(out: Path, name: str, records: dict[str, list[dict[str, Any]]], mark: str) -> None:
    """Every kind to its own file, whole or not at all; then remember that the document is read."""
    out.mkdir(parents=True, exist_ok=True)
    for kind, rows in records.items():
        target = out / f"{kind}_{name}.jsonl"
        draft = target.with_suffix(".part")
        draft.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
        )
        draft.replace(target)
    with (out / STATE).open("a", encoding="utf-8") as state:
        state.write(json.dumps({"name": name, "sha256": mark}, ensure_ascii=False) + "\n")


def _done(out: Path) -> dict[str, str]:
    """What an earlier run has read: name → hash of the file's bytes."""
    path = out / STATE
    if not path.exists():
        return {}
    done = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
            done[row["name"]] = row["sha256"]
        except (ValueError, KeyError, TypeError):
            continue
    return done


def _show(records: dict[str, list[dict[str, Any]]], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(records, ensure_ascii=False))
        return
    for kind, rows in records.items():
        for row in rows:
            if form == "jsonl":
                click.echo(json.dumps({"record": kind.removesuffix("s"), **row}, ensure_ascii=False))
            else:
                click.echo(_line(kind, row))


def _line(kind: str, row: dict[str, Any]) -> str:
    """One record for people: where, what, how much."""
    if kind == "checks":
        return f"check    {row['start']:>7}  {'holds' if row['holds'] else 'FAILS'}  {row['kind']}: {row['said']}"
    if kind == "answers":
        promise, answer = row["promise"], row["answer"]
        told = f"{answer['doc']}:{answer['start']} {answer['text']}" if answer else ""
        return f"answer   {promise['start']:>7}  {row['verdict']:<11} {promise['what']} {promise['text']} → {told} {row['why']}"
    if kind == "figures":
        bound = {"exact": "", "approx": "≈", "min": "≥", "max": "≤"}[row["bound"]]
        scope = f" ({row['scope']})" if row["scope"] else ""
        return f"figure   {row['start']:>7}  {row['status']:<8} {row['period'] or '?':<16} {row['subject']}: {bound}{row['value']}{row['unit']}{scope} [{row['measure']}]"
    if kind == "projects":
        amount = f" {row['amount']}{row['unit']}" if row["amount"] else ""
        return f"project  {row['start']:>7}  {row['status']:<8} {row['period'] or '?':<16} {row['name']}: {row['event'] or '-'}{amount}"
    amount = f" {row['value']}{row['unit']}" if row["value"] is not None else ""
    return f"promise  {row['start']:>7}  {row['kind']:<8} {row['by'] or '?':<16} {row['what']}{amount}"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="text: clean text here, repairs to the error stream.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the clean text to this file."
)
@click.option(
    "--map",
    "map_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the offset map (clean → raw runs) to this file.",
)
@_LEXICON
def repair(file: Path, form: str, out: Path | None, map_file: Path | None, own: Sequence[Path]) -> None:
    """Repair damaged web text into clean simplified Chinese."""
    from yiben.kernel.problems import Refused
    from yiben.readers.repair import repair_text

    words = _words(own)
    try:
        repaired = repair_text(_open(file).text.text, words=words)
    except Refused as error:
        raise click.ClickException(str(error)) from None
    rows = [{name: getattr(one, name) for name in one.__slots__} for one in repaired.repairs]
    if map_file:
        clean = repaired.clean
        runs = [
            {"clean": mark, "raw": origin} for mark, origin in zip(clean.marks, clean.origins, strict=True)
        ]
        map_file.write_text(json.dumps(runs), encoding="utf-8")
    if out:
        out.write_text(repaired.text, encoding="utf-8", newline="")
    if form == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    if not out:
        click.echo(repaired.text, nl=False)
    for row in rows:
        click.echo(
            f"{row['start']}–{row['end']} {row['raw']!r} → {row['restored']!r} ({row['confidence']}, {row['kind']})",
            err=True,
        )


@click.command()
@_FILES
@click.option("--format", "form", type=click.Choice(["jsonl", "table"]), default="table", show_default=True)
@_LEXICON
def check(files: Sequence[Path], form: str, own: Sequence[Path]) -> None:
    """Check the arithmetic of a report; exit status 1 where something does not hold."""
    from yiben.kernel.problems import Refused

    words, wrong = _words(own), False
    for path in _documents(files):
        try:
            report = _report(path, words)
        except Refused as error:
            click.echo(str(error), err=True)
            wrong = True
            continue
        wrong |= any(not one.holds for one in report.checks)
        for one in report.checks:
            row = one.as_dict()
            click.echo(
                json.dumps(row, ensure_ascii=False)
                if form == "jsonl"
                else f"{path.name} {_line('checks', row)}"
            )
    raise SystemExit(1 if wrong else 0)
