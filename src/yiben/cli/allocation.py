"""`yiben allocate`: quotas to claims in policy order."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yiben.allocate.engine import allocate as run
from yiben.allocate.intake import county_policy, read_claims, read_policy, read_pool
from yiben.allocate.linear import NotProven
from yiben.allocate.model import Allocation, Claim, Policy, Pool
from yiben.allocate.whatif import Comparison, UnknownChange, what_if
from yiben.kernel.problems import Problem, Refused, errors_of
from yiben.kernel.units import UnknownUnit, plain

if TYPE_CHECKING:
    from yiben.journeys.allocate_quotas import Proposal


@click.command()
@click.argument("pools", nargs=-1, metavar="POOL…")
@click.option(
    "--claims", "claims", required=True, help="A file (CSV, JSON, JSONL, YAML) or an installed scene."
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Order of service (YAML).",
)
@click.option(
    "--what-if",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Compare with a changed pool, order, goal or claim.",
)
@click.option("--accept", is_flag=True, help="Carry out the answer: moves from the ledger's pools.")
@click.option("--document", default="", help="With --accept: the paper that the moves rest on.")
@click.option("--approver", default="", help="With --accept: the officer who approved.")
@click.option("--as", "username", help="Act with the rights of this officer (claims from a scene).")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "jsonl"]), default="table", show_default=True
)
def allocate(
    pools: tuple[str, ...],
    claims: str,
    policy_file: Path | None,
    changes: tuple[str, ...],
    accept: bool,
    document: str,
    approver: str,
    username: str | None,
    language: str,
    form: str,
) -> None:
    """Grant scarce quotas to claims in policy order, each with its reason.

    With a file, POOL is NAME=AMOUNT. With a scene, POOL is a pool of the ledger by name or label (all
    pools if none is named) and its balance is what is shared out.

    Example: yiben allocate 土地=1914亩 能耗=14603tce --claims claims.csv --what-if 土地=+491.4

    Example: yiben allocate land_quota energy_quota --claims projects
    """
    policy = _policy(policy_file)
    try:
        if Path(claims).is_file():
            if accept:
                raise click.UsageError("--accept needs claims from a scene: the pools must be in the ledger")
            given, wanted = _of_file(pools, Path(claims))
            plan = run(given, claims=wanted, policy=policy)
        else:
            proposal = _proposed(claims, pools, username, policy)
            given, wanted, plan = [one.pool for one in proposal.pools], list(proposal.claims), proposal.plan
        if changes:
            compared = what_if(plan, pools=given, claims=wanted, changes=changes)
            _show(_comparison_rows(compared), {"shifts": _comparison_rows(compared)}, form)
            return
        if accept:
            _accept(proposal, document, approver, username)
    except Refused as error:
        _stop_at(list(error.problems))
    except (UnknownChange, NotProven) as error:
        raise click.ClickException(str(error)) from None
    for doubt in plan.doubts:
        click.echo(f"! {doubt.text(language)}", err=True)
    _show(_rows(plan, language), _data(plan), form)


def _of_file(pools: tuple[str, ...], file: Path) -> tuple[list[Pool], list[Claim]]:
    """Pools from the command line and claims from a file."""
    if not pools:
        raise click.UsageError("expected at least one POOL=AMOUNT, such as 土地=1914亩")
    try:
        given = [read_pool(text) for text in pools]
    except (ValueError, UnknownUnit) as error:
        raise click.UsageError(str(error)) from None
    claims, problems = read_claims(_text(file), file=file.name, pools=given)
    _stop_at(problems)
    return given, claims


def _proposed(scene: str, pools: tuple[str, ...], username: str | None, policy: Policy) -> Proposal:
    """Pools and claims from the ledger."""
    from yiben.cli.desk import asking, start

    start()
    from yiben.journeys.allocate_quotas import pools_of, propose
    from yiben.journeys.move_quantities import UnknownAccount
    from yiben.ledger.packs import UnknownScene, installed

    try:
        installed(scene)
    except UnknownScene as error:
        raise click.UsageError(f"--claims: no file is called {scene!r}, and {error}") from None
    try:
        return propose(scene, pools=pools_of(*pools), by=asking(username), policy=policy)
    except UnknownAccount as error:
        raise click.UsageError(str(error)) from None


def _accept(proposal: Proposal, document: str, approver: str, username: str | None) -> None:
    """The moves of an accepted answer; told on the error stream, so that the answer stays plain data."""
    from yiben.cli.desk import asking, now
    from yiben.journeys.allocate_quotas import accept

    done = accept(
        proposal, document=document, approver=approver, by=asking(username), at=now(), way="command"
    )
    numbers = ", ".join(str(one.transaction) for one in done)
    click.echo(f"{sum(one.entries for one in done)} moves recorded, transaction {numbers}", err=True)


def _policy(path: Path | None) -> Policy:
    if path is None:
        return county_policy()
    policy, problems = read_policy(_text(path), file=path.name)
    _stop_at(problems)
    assert policy is not None
    return policy


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{path.name}: found bytes that are not UTF-8 ({error.reason}), expected UTF-8 text"
        ) from None


def _stop_at(problems: list[Problem]) -> None:
    if errors_of(problems):
        for problem in problems:
            click.echo(str(problem), err=True)
        raise SystemExit(1)


def _number(value: Decimal) -> str:
    return str(plain(value))


def _rows(plan: Allocation, language: str) -> list[dict[str, Any]]:
    return [
        {
            "id": grant.claim.id,
            "name": grant.claim.title,
            "tier": grant.claim.tier,
            "served": grant.served,
            **{f"granted.{pool}": _number(amount) for pool, amount in grant.granted.items()},
            "cause": grant.cause,
            "reason": grant.reason_zh if language == "zh" else grant.reason_en,
        }
        for grant in plan.grants
    ]


def _data(plan: Allocation) -> dict[str, Any]:
    return {
        "policy": plan.policy.name,
        "pools": [
            {"name": pool.name, "amount": _number(pool.amount), "unit": pool.unit} for pool in plan.pools
        ],
        "left": {pool: _number(amount) for pool, amount in plan.left.items()},
        "proven": not plan.doubts,
        "doubts": [
            {
                "tier": one.tier,
                "goal": one.goal,
                "reached": _number(one.reached),
                "bound": _number(one.bound),
            }
            for one in plan.doubts
        ],
        "tiers": [
            {
                "tier": tier.tier,
                "claims": tier.claims,
                "served": tier.served,
                "granted": {pool: _number(amount) for pool, amount in tier.granted.items()},
                "reached": {goal: _number(value) for goal, value in tier.reached.items()},
            }
            for tier in plan.tiers
        ],
        "grants": [
            {
                "id": grant.claim.id,
                "name": grant.claim.title,
                "tier": grant.claim.tier,
                "served": grant.served,
                "granted": {pool: _number(amount) for pool, amount in grant.granted.items()},
                "place_in_tier": grant.place_in_tier,
                "cause": grant.cause,
                "reason": {"zh": grant.reason_zh, "en": grant.reason_en},
            }
            for grant in plan.grants
        ],
    }


def _comparison_rows(compared: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "id": shift.claim.id,
            "name": shift.claim.title,
            "tier": shift.claim.tier,
            "pool": shift.pool,
            "before": _number(shift.before),
            "after": _number(shift.after),
            "gain": _number(shift.gain),
        }
        for shift in compared.shifts
    ]


def _show(rows: list[dict[str, Any]], whole: dict[str, Any], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    elif form == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
    else:
        for row in rows:
            click.echo("  ".join(f"{value}" for value in row.values()))
        for pool, amount in whole.get("left", {}).items():
            click.echo(f"余 {pool} {amount}")
