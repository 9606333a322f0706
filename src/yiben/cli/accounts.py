"""`yiben account` and `yiben move`: what accounts hold, and what goes from one to another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yiben.cli.desk import FORMATS, MomentType, asking, now, refuse, scene_pack, show, start
from yiben.kernel.problems import Refused

if TYPE_CHECKING:
    from yiben.journeys.move_quantities import Wish
    from yiben.ledger.accounts import Key, Moved
    from yiben.scenes.accounts import AccountBook

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--as-of", type=MomentType(), help="As known at a day's end or a moment; now if left out.")
@click.option("--on", "on_day", type=DAY, help="As dated up to a day; every day if left out.")
@click.option("--by-subject", is_flag=True, help="Accounts kept by subject, one row for each.")
@click.option("--moves", "with_moves", is_flag=True, help="The moves themselves, newest day first.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def account(
    name: str,
    as_of: datetime | None,
    on_day: datetime | None,
    by_subject: bool,
    with_moves: bool,
    language: str,
    form: str,
) -> None:
    """Show balances: of a scene, or of one account by name or label.

    NAME is SCENE, SCENE/ACCOUNT, SCENE/ACCOUNT/QUANTITY[/SUBJECT], or an account's own name.

    Example: yiben account land_quota/pool --as-of 2026-03-31
    """
    start()
    from yiben.journeys.move_quantities import UnknownAccount, book_of, find_account

    try:
        pack, key = find_account(name)
    except UnknownAccount as error:
        raise click.ClickException(str(error)) from None
    on = on_day.date() if on_day else None
    rows = (
        _move_rows(book_of(pack), key, as_of, on, language)
        if with_moves
        else _balance_rows(name, as_of, on, by_subject, language)
    )
    show(rows, form=form)


def _balance_rows(
    name: str, as_of: datetime | None, on: date | None, by_subject: bool, language: str
) -> Iterator[dict[str, Any]]:
    from yiben.journeys.move_quantities import find_account, standings

    pack, key = find_account(name)
    asks_subject = by_subject or bool(key and key.subject)
    for one in standings(pack, as_of=as_of, on=on, by_subject=asks_subject):
        if key is not None and one.key.account != key.account:
            continue
        # A name that stops at the account means all that it holds.
        if key is not None and name.count("/") > 1 and one.key.quantity != key.quantity:
            continue
        if key is not None and key.subject and one.key.subject != key.subject:
            continue
        row = {
            "scene": pack.name,
            "account": one.key.account,
            "label": one.label.text(language),
            "kind": one.kind,
            "quantity": one.key.quantity,
            "quantity_label": one.quantity.text(language),
        }
        if asks_subject:
            row["subject"] = one.key.subject
        yield row | {"balance": str(one.balance), "unit": one.unit}


def _move_rows(
    book: AccountBook, key: Key | None, as_of: datetime | None, on: date | None, language: str
) -> Iterator[dict[str, Any]]:
    from yiben.ledger.accounts import View, moves
    from yiben.ledger.frames import moment_head

    view = View(None if as_of is None else moment_head(as_of), on)
    limits = {"account": key.account, "subject": key.subject} if key else {}
    for one in moves(book, view=view, **limits):
        yield _row(one, book, language)


def _row(one: Moved, book: AccountBook, language: str) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "way": one.way,
        "label": book.ways[one.way].label.text(language) if one.way in book.ways else one.way,
        "source": one.source.account,
        "target": one.target.account,
        "quantity": one.quantity,
        "amount": str(one.amount),
        "unit": book.quantities[one.quantity].unit,
        "subject": one.subject,
        "document": " ".join(part for part in (one.document, one.part) if part),
        "approver": one.approver,
        "transaction": one.transaction,
    }


@click.command()
@click.argument("scene")
@click.argument("way", required=False)
@click.argument("amount", required=False)
@click.option(
    "--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Moves as CSV."
)
@click.option("--document", default="", help="The paper that the move rests on.")
@click.option("--day", type=DAY, help="The day of the move; today if left out.")
@click.option("--quantity", default="", help="What is moved, by name or label.")
@click.option("--unit", default="", help="The unit of AMOUNT, which must be the account's own.")
@click.option("--subject", default="", help="Whom it is for.")
@click.option("--to", "to_subject", default="", help="Whom it goes to, on a way between subjects.")
@click.option("--part", default="", help="Which part, where one document has several.")
@click.option("--why", default="")
@click.option("--approver", default="")
@click.option("--as", "username", help="Act with the rights of this officer.")
@click.option("--dry-run", is_flag=True, help="Check everything, record nothing.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def move(
    scene: str,
    way: str | None,
    amount: str | None,
    file: Path | None,
    day: datetime | None,
    username: str | None,
    dry_run: bool,
    form: str,
    **said: str,
) -> None:
    """Move a quantity from one account of a scene to another, or every move of a CSV file.

    Example: yiben move land_quota receive 1914 --quantity new_land --document 浙土资〔2026〕3号
    """
    start()
    from yiben.journeys.move_quantities import Wish, move_quantities

    at = now()
    if file is None:
        if not way or not amount:
            raise click.UsageError("expected WAY and AMOUNT, or --file")
        wishes = [Wish(way=way, amount=amount, day=(day or at).date().isoformat(), **said)]
    else:
        wishes = _wishes(file, form)
    try:
        done = move_quantities(
            wishes, pack=scene_pack(scene), by=asking(username), at=at, way="command", preview=dry_run
        )
    except Refused as error:
        refuse(error, form=form)
    else:
        recorded = {"scene": scene, "moves": done.entries, "transaction": 0 if dry_run else done.transaction}
        show([recorded | {"dry_run": dry_run}], form=form)


def _wishes(file: Path, form: str) -> list[Wish]:
    from yiben.journeys.move_quantities import read_wishes

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file.name}: found bytes that are not UTF-8 ({error.reason})") from None
    wishes, problems = read_wishes(text, file=file.name)
    if problems:
        refuse(Refused(problems), form=form)
    return wishes
