"""Claims and policies as they come in (要素需求表、保障次序文件): values and problems, never a raise."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any

from yiben.allocate.model import GOALS, Claim, Need, Policy, Pool
from yiben.kernel.problems import Place, Problem
from yiben.kernel.units import UnitMismatch, UnknownUnit, convert
from yiben.rulebook.yaml_lines import read_yaml

RANKS = ("score", "by", "id")
NAMES = {
    "编号": "id", "项目编号": "id", "项目": "name", "项目名称": "name", "类别": "tier", "项目类别": "tier",
    "得分": "score", "评分": "score", "需要时间": "by", "乡镇": "town", "属地": "town",
}  # fmt: skip
WANTED, LEAST = ("wanted.", "需求.", "需求:"), ("least.", "最低.", "最低:")


def read_claims(text: str, *, file: str, pools: Sequence[Pool]) -> tuple[list[Claim], list[Problem]]:
    """The claims of a CSV, JSON, JSONL or YAML text; every amount in its pool's unit.

    Columns: id, name, tier, score, by, town, and `wanted.POOL`, `least.POOL` for each pool (Chinese
    headings are known too). A cell may carry its unit (`12.5公顷`); without one the pool's unit is
    meant, and another unit is refused: mixed 亩 and 公顷 are how quotas get lost. `least` empty
    means all or nothing.
    """
    rows, problems = _rows(text, file)
    units = {pool.name: pool.unit for pool in pools}
    claims = []
    for line, raw in rows:
        claim, wrong = _claim(raw, Place(file=file, line=line), units)
        problems += wrong
        if claim is not None:
            claims.append(claim)
    return claims, problems


def _rows(text: str, file: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Problem]]:
    ending = file.rsplit(".", 1)[-1].lower()
    text = text.removeprefix("\ufeff")
    if ending == "csv":
        try:
            reader = csv.DictReader(io.StringIO(text), strict=True)
            return [(reader.line_num, dict(row)) for row in reader], []
        except csv.Error as error:
            return [], [Problem("claims-csv", str(error), "a well-formed CSV file", Place(file=file))]
    if ending == "jsonl":
        return _json_lines(text, file)
    raw, lines, problems = read_yaml(text, file=file, exact=True)
    where = "claims."
    if isinstance(raw, dict):
        raw = raw.get("claims")
    elif isinstance(raw, list):
        where = ""
    if not isinstance(raw, list):
        if not problems:
            problems.append(
                Problem("claims-shape", "no list of claims", "a list under `claims:`", Place(file=file))
            )
        return [], problems
    found = []
    for at, item in enumerate(raw):
        if isinstance(item, dict):
            found.append((lines.get(f"{where}{at}", 1), item))
        else:
            place = Place(file=file, line=lines.get(f"{where}{at}"))
            problems.append(
                Problem("claims-shape", repr(item)[:60], "a claim with id, tier and wanted", place)
            )
    return found, problems


def _json_lines(text: str, file: str) -> tuple[list[tuple[int, dict[str, Any]]], list[Problem]]:
    rows: list[tuple[int, dict[str, Any]]] = []
    problems = []
    for line, said in enumerate(text.splitlines(), start=1):
        if not said.strip():
            continue
        try:
            value = json.loads(said)
        except ValueError:
            value = None
        if isinstance(value, dict):
            rows.append((line, value))
        else:
            place = Place(file=file, line=line)
            problems.append(Problem("claims-json", said[:60], "one JSON object on the line", place))
    return rows, problems


def _claim(
    raw: Mapping[Any, Any], place: Place, units: Mapping[str, str]
) -> tuple[Claim | None, list[Problem]]:
    raw = {NAMES.get(str(key).strip(), str(key).strip()): value for key, value in raw.items()}
    raw = _flat(raw)
    problems: list[Problem] = []

    def wrong(field: str, found: object, expected: str) -> None:
        spot = Place(place.file, line=place.line, subject=str(raw.get("id") or ""), field=field)
        problems.append(Problem("claim-value", repr(found), expected, spot))

    for key in raw:
        if key not in ("id", "name", "tier", "score", "by", "town") and not key.startswith(WANTED + LEAST):
            wrong(key, key, "id, name, tier, score, by, town, wanted.POOL or least.POOL")
    for key in ("id", "tier"):
        if raw.get(key) in (None, ""):
            wrong(key, raw.get(key), "a value")
    score = _number(raw.get("score"), empty=Decimal(0))
    if score is None:
        wrong("score", raw.get("score"), "a number such as 87.5")
    by = _day(raw.get("by"))
    if by is None and raw.get("by") not in (None, ""):
        wrong("by", raw.get("by"), "a day such as 2025-09-01")
    needs = {}
    for key, value in raw.items():
        pool = _after(key, WANTED)
        if pool is None or value in (None, ""):
            continue
        wanted, why = _amount(value, units.get(pool))
        if wanted is None:
            wrong(key, value, why)
            continue
        if wanted == 0:
            continue
        given = next(
            (raw[prefix + pool] for prefix in LEAST if raw.get(prefix + pool) not in (None, "")), None
        )
        least, why = (wanted, "") if given is None else _amount(given, units.get(pool))
        if least is None:
            wrong(f"least.{pool}", given, why)
        else:
            needs[pool] = Need(wanted, least)
    if problems or score is None:
        return None, problems
    text = {key: str(raw.get(key) or "") for key in ("id", "tier", "name", "town")}
    return Claim(text["id"], text["tier"], needs, text["name"], score, by, text["town"]), []


def _flat(raw: Mapping[str, Any]) -> dict[str, Any]:
    """`wanted: {land: 12}` said as `wanted.land: 12`."""
    flat: dict[str, Any] = {}
    for key, value in raw.items():
        key = {"需求": "wanted", "最低": "least"}.get(key, key)
        if isinstance(value, Mapping):
            flat.update({f"{key}.{inner}": held for inner, held in value.items()})
        else:
            flat[key] = value
    return flat


def _after(key: str, prefixes: tuple[str, ...]) -> str | None:
    return next((key.removeprefix(prefix).strip() for prefix in prefixes if key.startswith(prefix)), None)


def _number(value: object, *, empty: Decimal | None = None) -> Decimal | None:
    if value in (None, ""):
        return empty
    try:
        number = Decimal(str(value).strip().replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def _amount(value: object, unit: str | None) -> tuple[Decimal | None, str]:
    """An amount with or without its unit, in the pool's unit; else None and what was expected."""
    said = str(value).strip().replace(",", "")
    digits = len(said) - len(said.lstrip("+-0123456789.eE"))
    number = _number(said[:digits] or "x")
    if number is None:
        return None, f"an amount in {unit or 'the unit of the pool'}, such as 12.5"
    if number < 0:
        return None, "an amount of zero or more"
    if not (own := said[digits:].strip()):
        return number, ""
    try:
        same = convert(number, own, unit or own)
        if unit and own != unit:
            return None, f"one unit for the whole pool, {unit}; {said} would be {same}{unit}"
        return number, ""
    except UnknownUnit:
        return None, f"a known unit; the pool is counted in {unit}"
    except UnitMismatch:
        return None, f"a unit of the same kind as the pool's {unit}"


def read_pool(text: str) -> Pool:
    """A pool as written on the command line: `land=1914亩`; raises ValueError.

    >>> read_pool("土地=1914亩")
    Pool(name='土地', amount=Decimal('1914'), unit='亩')
    """
    name, sign, said = text.partition("=")
    said = said.strip()
    digits = len(said) - len(said.lstrip("+-0123456789.,"))
    number = _number(said[:digits] or "x")
    if not sign or not name.strip() or number is None:
        raise ValueError(f"found {text!r}, expected NAME=AMOUNT with an optional unit, such as 土地=1914亩")
    if number < 0:
        raise ValueError(f"found {text!r}, expected an amount of zero or more")
    unit = said[digits:].strip()
    if unit:
        convert(number, unit, unit)
    return Pool(name.strip(), number, unit)


def county_policy() -> Policy:
    """The policy that ships: 实施类 → 前期攻坚类 → 储备类."""
    text = (resources.files("yiben.allocate") / "policies" / "county.yaml").read_text(encoding="utf-8")
    policy, problems = read_policy(text, file="county.yaml")
    assert policy is not None and not problems, problems
    return policy


def read_policy(text: str, *, file: str) -> tuple[Policy | None, list[Problem]]:
    """The policy of a YAML text: tiers, goals, rank, method, reserves, town_shares, and problems."""
    raw, lines, problems = read_yaml(text, file=file, exact=True)
    if not isinstance(raw, dict):
        return None, problems or [
            Problem("policy-shape", repr(raw)[:60], "a mapping of keys", Place(file=file))
        ]

    def wrong(key: str, found: object, expected: str) -> None:
        problems.append(
            Problem("policy-value", repr(found), expected, Place(file, line=lines.get(key), field=key))
        )

    known = {"name", "source", "tiers", "goals", "rank", "method", "reserves", "town_shares", "only_proven"}
    for key in raw.keys() - known:
        wrong(str(key), key, f"one of {', '.join(sorted(known))}")
    tiers = raw.get("tiers")
    if not isinstance(tiers, list) or not tiers or len(set(map(str, tiers))) < len(tiers):
        wrong("tiers", tiers, "a list of different classes in order of service")
        tiers = []
    goals = _words(raw.get("goals", ["score", "served"]), GOALS, "goals", wrong)
    rank = _words(raw.get("rank", list(RANKS)), RANKS, "rank", wrong)
    method = raw.get("method", "best")
    if method not in ("best", "in_turn"):
        wrong("method", method, "best or in_turn")
    only_proven = raw.get("only_proven", False)
    if not isinstance(only_proven, bool):
        wrong("only_proven", only_proven, "true or false")
    reserves = _amounts(raw.get("reserves") or {}, "reserves", wrong)
    shares = raw.get("town_shares") or {}
    if not isinstance(shares, dict):
        wrong("town_shares", shares, "towns with an amount for each pool")
        shares = {}
    towns = {str(town): _amounts(share, f"town_shares.{town}", wrong) for town, share in shares.items()}
    if problems:
        return None, problems
    name, source = str(raw.get("name", file)), str(raw.get("source", ""))
    order, in_turn = tuple(map(str, tiers)), method == "in_turn"
    return Policy(name, order, goals, rank, in_turn, reserves, towns, source, only_proven), problems


def _words(value: object, known: tuple[str, ...], key: str, wrong: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or any(word not in known for word in value):
        wrong(key, value, f"a list of {', '.join(known)}")
        return ()
    return tuple(value)


def _amounts(value: object, key: str, wrong: Any) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    if not isinstance(value, Mapping):
        wrong(key, value, "pools with an amount each")
        return found
    for pool, said in value.items():
        number = _number(said)
        if number is None or number < 0:
            wrong(f"{key}.{pool}", said, "an amount of zero or more, in the pool's unit")
        else:
            found[str(pool)] = number
    return found
