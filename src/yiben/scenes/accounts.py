"""The accounts section of a pack (收支账): quantities, accounts, the ways that moves go, and claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from yiben.kernel.problems import Place, Problem
from yiben.kernel.units import UNITS
from yiben.scenes.expressions import parse_expression
from yiben.scenes.model import Label, Pack

Kind = Literal["source", "pool", "holding", "sink"]
KINDS: tuple[Kind, ...] = ("source", "pool", "holding", "sink")
OUTSIDE = frozenset({"source", "sink"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is counted (数量): its label, and the one unit in which the whole book counts it."""

    name: str
    label: Label
    unit: str


@dataclass(frozen=True, slots=True)
class DeclaredAccount:
    """One account of the section (账户).

    kind          source and sink are the county's borders; pool and holding have a balance
    by_subject    the account is kept apart for each subject of the scene that holds
    may_go_below  the reason why a balance below zero is allowed; None: it never is
    """

    name: str
    label: Label
    kind: Kind
    quantities: tuple[str, ...]
    by_subject: bool = False
    may_go_below: Label | None = None

    @property
    def is_outside(self) -> bool:
        """Whether it stands for the world beyond the book."""
        return self.kind in OUTSIDE


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a quantity may go (收支方式): 下达, 安排, 使用, 退回 …

    `is_grant` marks the way by which an allocation is carried out; `between` the ways that go
    from one subject to another (调剂, 转让).
    """

    name: str
    label: Label
    source: str
    target: str
    is_grant: bool = False
    between: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """How the needs of the holding scene's subjects are read as claims (要素需求口径).

    Every text is an expression over the columns of the scene that holds; the first tier whose
    condition is true counts. `least` left out means all or nothing.
    """

    wanted: Mapping[str, str]
    least: Mapping[str, str]
    tiers: tuple[tuple[str, str], ...]
    where: str = ""
    score: str = ""
    by: str = ""
    town: str = ""

    def order(self) -> tuple[Any, ...]:
        """What must be the same where claims on several books are decided together."""
        return (self.tiers, self.where, self.score, self.by, self.town)


@dataclass(frozen=True, slots=True)
class AccountBook:
    """The accounts section of a pack as frozen values (收支账簿)."""

    scene: str
    holders: str
    quantities: Mapping[str, Quantity]
    accounts: Mapping[str, DeclaredAccount]
    ways: Mapping[str, Way]
    claims: Claims | None = None

    def quantities_of(self, way: Way) -> tuple[str, ...]:
        """The quantities that may go a way: those that both of its accounts hold."""
        target = self.accounts[way.target].quantities
        return tuple(name for name in self.accounts[way.source].quantities if name in target)

    def needs_subject(self, way: Way) -> bool:
        """Whether a move of that way must name a subject."""
        return self.accounts[way.source].by_subject or self.accounts[way.target].by_subject

    def grant_from(self, account: str) -> Way | None:
        """The way by which grants leave a pool."""
        return next((way for way in self.ways.values() if way.is_grant and way.source == account), None)


_read: dict[tuple[str, str], AccountBook] = {}


def account_book(pack: Pack) -> AccountBook | None:
    """The accounts of a scene; None where its pack declares none."""
    raw = pack.sections.get("accounts")
    if not raw:
        return None
    key = (pack.name, pack.source)
    if key not in _read:
        if len(_read) > 100:
            _read.clear()
        _read[key] = _book(pack, raw)
    return _read[key]


def _book(pack: Pack, raw: Mapping[str, Any]) -> AccountBook:
    quantities = {
        name: Quantity(name, _label(one["label"]), one["unit"]) for name, one in raw["quantities"].items()
    }
    accounts = {
        name: DeclaredAccount(
            name=name,
            label=_label(one["label"]),
            kind=one["kind"],
            quantities=tuple(one.get("quantities", quantities)),
            by_subject=one.get("by_subject", False),
            may_go_below=_label(one["may_go_below"]) if "may_go_below" in one else None,
        )
        for name, one in raw["accounts"].items()
    }
    ways = {
        name: Way(
            name,
            _label(one["label"]),
            one["source"],
            one["target"],
            one.get("grant", False),
            one.get("between", False),
        )
        for name, one in raw["ways"].items()
    }
    return AccountBook(
        scene=pack.name,
        holders=raw.get("holders", pack.name),
        quantities=quantities,
        accounts=accounts,
        ways=ways,
        claims=_claims(raw["claims"]) if "claims" in raw else None,
    )


def _claims(raw: Mapping[str, Any]) -> Claims:
    return Claims(
        wanted=raw["wanted"],
        least=raw.get("least", {}),
        tiers=tuple((one["tier"], one["where"]) for one in raw["tiers"]),
        where=raw.get("where", ""),
        score=raw.get("score", ""),
        by=raw.get("by", ""),
        town=raw.get("town", ""),
    )


def _label(raw: Any) -> Label:
    return Label(raw) if isinstance(raw, str) else Label(raw["zh"], raw.get("en", ""))


def check_accounts(pack: Pack) -> list[Problem]:
    """What the schema cannot see: units unknown, ways that lead nowhere, claims amiss."""
    book = account_book(pack)
    if book is None:
        return []
    told = [*_unit_faults(book), *_label_faults(book), *_account_faults(book), *_way_faults(book)]
    problems = [Problem("pack-accounts", found, expected, _at(pack, path)) for path, found, expected in told]
    return problems or _claim_problems(pack, book)


Fault = tuple[str, str, str]


def _unit_faults(book: AccountBook) -> Iterator[Fault]:
    for one in book.quantities.values():
        if one.unit not in UNITS:
            expected = "a unit that Yiben knows, such as 亩, 吨标准煤, 万元, 吨 or 件"
            yield f"quantities.{one.name}.unit", f"unit {one.unit!r}", expected


def _label_faults(book: AccountBook) -> Iterator[Fault]:
    """Two things of one name could not be told apart by those who ask for them."""
    for section in ("quantities", "accounts", "ways"):
        seen: dict[str, str] = {}
        for name, one in getattr(book, section).items():
            if one.label.zh in seen:
                found = f"the label {one.label.zh!r} of {seen[one.label.zh]} too"
                yield f"{section}.{name}.label", found, "a label of its own"
            seen[one.label.zh] = name


def _account_faults(book: AccountBook) -> Iterator[Fault]:
    ended = {end for way in book.ways.values() for end in (way.source, way.target)}
    for one in book.accounts.values():
        path = f"accounts.{one.name}"
        for at, name in enumerate(one.quantities):
            if name not in book.quantities:
                expected = f"one of {', '.join(book.quantities)}"
                yield f"{path}.quantities.{at}", f"no quantity {name!r}", expected
        if one.may_go_below is not None and one.is_outside:
            yield f"{path}.may_go_below", f"a {one.kind} with may_go_below", "a pool or holding"
        if one.name not in ended:
            yield path, "an account that no way touches", f"a way from or to {one.name}"


def _way_faults(book: AccountBook) -> Iterator[Fault]:
    seen: dict[tuple[str, str], str] = {}
    for way in book.ways.values():
        path = f"ways.{way.name}"
        unknown = [end for end in ("source", "target") if getattr(way, end) not in book.accounts]
        for end in unknown:
            found = f"no account {getattr(way, end)!r}"
            yield f"{path}.{end}", found, f"one of {', '.join(book.accounts)}"
        if unknown:
            continue
        source, target = book.accounts[way.source], book.accounts[way.target]
        if not book.quantities_of(way):
            yield path, f"{way.source} and {way.target} hold nothing in common", "a quantity that both hold"
        if way.between and not (source.by_subject and target.by_subject):
            yield f"{path}.between", "a way between subjects", "two accounts that are kept by subject"
        if way.source == way.target and not way.between:
            yield f"{path}.target", f"{way.target} on both sides", "another account (or `between: true`)"
        if way.is_grant and (source.kind, target.kind) != ("pool", "holding"):
            yield (
                f"{path}.grant",
                f"a grant from a {source.kind} to a {target.kind}",
                "from a pool to a holding",
            )
        if (way.source, way.target) in seen:
            found = f"{way.source} → {way.target} as {seen[way.source, way.target]} too"
            yield path, found, "one way between two accounts"
        seen[way.source, way.target] = way.name


def _claim_problems(pack: Pack, book: AccountBook) -> list[Problem]:
    claims = book.claims
    if claims is None:
        return []
    problems = []
    granted = {name for way in book.ways.values() if way.is_grant for name in book.quantities_of(way)}
    for part in ("wanted", "least"):
        for name in getattr(claims, part):
            known = granted if part == "wanted" else set(claims.wanted)
            if name not in known:
                expected = f"one of {', '.join(sorted(known)) or 'none (no way is a grant)'}"
                at = _at(pack, f"claims.{part}.{name}")
                problems.append(Problem("pack-accounts", f"no such quantity {name!r}", expected, at))
    texts = [(f"wanted.{name}", text) for name, text in claims.wanted.items()]
    texts += [(f"least.{name}", text) for name, text in claims.least.items()]
    texts += [(f"tiers.{at}.where", where) for at, (_, where) in enumerate(claims.tiers)]
    texts += [(part, getattr(claims, part)) for part in ("where", "score", "by", "town")]
    # Another scene's columns are known only where that scene is installed; then they are checked.
    columns = {*pack.fields, *pack.computed} if book.holders == pack.name else None
    for path, text in texts:
        if text:
            problems += parse_expression(text, columns=columns, place=_at(pack, f"claims.{path}"))[1]
    return problems


def succession_problems(pack: Pack, *, before: Pack) -> list[Problem]:
    """What a newer version of a pack may not take away: accounts and quantities hold recorded moves."""
    old, new = account_book(before), account_book(pack)
    if old is None:
        return []
    if new is None:
        return [Problem("pack-succession", "no section `accounts`", "the accounts as before", _at(pack, ""))]
    told: list[Fault] = []
    if old.holders != new.holders:
        told.append(("holders", f"holders {new.holders}", old.holders))
    for name, one in old.quantities.items():
        kept = new.quantities.get(name)
        if kept is None or kept.unit != one.unit:
            found = f"{name!r} is gone" if kept is None else f"{name!r} in {kept.unit}"
            told.append((f"quantities.{name}", found, f"{name} in {one.unit}"))
    for name, account in old.accounts.items():
        held = new.accounts.get(name)
        if held is None or (held.is_outside, held.by_subject) != (account.is_outside, account.by_subject):
            found = f"{name!r} is gone" if held is None else f"{name!r} as another sort of account"
            told.append((f"accounts.{name}", found, "every earlier account, of the same sort"))
        elif lost := set(account.quantities) - set(held.quantities):
            told.append((f"accounts.{name}", f"{name} without {', '.join(sorted(lost))}", "all that it held"))
    return [Problem("pack-succession", found, expected, _at(pack, path)) for path, found, expected in told]


def _at(pack: Pack, path: str) -> Place:
    path = f"accounts.{path}".rstrip(".")
    return Place(file=pack.file, line=pack.line_of(path), field=path)
