"""Recomputing everything (核验): every hash, every link, every seal, from the stored rows alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.models import Max

from yiben.kernel.problems import Place, Problem
from yiben.ledger.canonical import (
    GENESIS,
    SEAL_COLUMNS,
    TRANSACTION_COLUMNS,
    entry_leaf,
    seal_digest,
    transaction_digest,
)
from yiben.ledger.merkle import leaf_hash, tree_root
from yiben.ledger.models import Entry, PackVersion, Seal, Transaction
from yiben.ledger.snapshot import snapshot
from yiben.ledger.stored import broken_text_kept, stored_rows

JOURNAL = (Entry, Transaction, Seal)
ENTRY_COLUMNS = ("id", "transaction", "scene", "subject", "kind", "slot", "facts", "leaf")
# After so many faults a journal needs no further ones to be told.
MOST_PROBLEMS = 100


class _Enough(Exception):
    """The sequence is broken, or enough has been found: reading on would tell nothing new."""


@dataclass(slots=True)
class Verdict:
    """What a verification found: how much was checked, and the first faults."""

    transactions: int = 0
    entries: int = 0
    seals: int = 0
    head: str = GENESIS
    problems: list[Problem] = field(default_factory=list)
    packs: set[tuple[str, int]] = field(default_factory=set, repr=False)

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not self.problems

    def tell(self, code: str, found: str, expected: str, *, subject: str = "") -> None:
        """Note a fault."""
        place = Place(file="ledger", subject=subject)
        self.problems.append(Problem(f"verify-{code}", found, expected, place))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Enough


def verify(*, printed: Collection[str] = (), progress: Callable[[int], None] | None = None) -> Verdict:
    """Recompute the whole journal; the verdict names the first entry, link or seal that differs.

    `printed` holds digests and roots from outside, such as the root on a bulletin or the digest
    on a receipt: each must be found again, which also shows an end that was cut off. A database
    that cannot be read any more is a fault like any other. Recording goes on meanwhile.
    """
    verdict = Verdict()
    missing = set(printed)
    try:
        with broken_text_kept(), snapshot():
            _verify_storage(verdict)
            _verify_packs(verdict)
            _verify_journal(verdict, missing, progress)
            _verify_seals(verdict, missing)
            _verify_end(verdict)
        for digest in sorted(missing):
            verdict.tell("printed", f"no transaction or seal {digest}", "what was printed")
    except _Enough:
        pass
    except (DatabaseError, ValueError, TypeError, OverflowError, MemoryError) as error:
        found = f"{type(error).__name__}: {error}, after entry {verdict.entries}"
        verdict.problems.append(
            Problem("verify-unreadable", found, "readable rows; restore a backup", Place(file="ledger"))
        )
    return verdict


def _verify_storage(verdict: Verdict) -> None:
    """Ask SQLite for the health of the pages that hold the journal."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for model in JOURNAL:
            table = model._meta.db_table
            cursor.execute(f"PRAGMA integrity_check({table})")
            said = [row[0] for row in cursor.fetchall()]
            if said != ["ok"]:
                verdict.tell("storage", f"{table}: {said[0]}", "a sound table")


def _verify_packs(verdict: Verdict) -> None:
    """Every pack still reads as it did when it was installed."""
    for row in stored_rows(PackVersion, ("scene", "version", "source", "digest")):
        scene, version, source, digest = row
        verdict.packs.add((scene, version))
        if _text_digest(source) != digest:
            verdict.tell("pack", f"pack {scene} version {version} was changed", "the pack as installed")


def _text_digest(source: Any) -> str:
    try:
        return sha256(source.encode()).hexdigest()
    except (AttributeError, ValueError):
        return ""


def _verify_journal(verdict: Verdict, missing: set[str], progress: Callable[[int], None] | None) -> None:
    entries = iter(stored_rows(Entry, ENTRY_COLUMNS))
    next_entry = 1
    for row in stored_rows(Transaction, (*TRANSACTION_COLUMNS, "digest")):
        header = dict(zip(TRANSACTION_COLUMNS, row, strict=False))
        _verify_place(verdict, header, next_entry)
        leaves = _verify_entries(verdict, header, entries)
        if tree_root(leaves).hex() != header["entries_root"]:
            found = f"transaction {header['id']}: its entries do not lead to its root"
            verdict.tell("root", found, str(header["entries_root"])[:12])
        if _digest(transaction_digest, header) != row[-1]:
            verdict.tell("digest", f"transaction {header['id']}: changed header", str(row[-1])[:12])
        if (header["scene"], header["pack_version"]) not in verdict.packs:
            found = f"transaction {header['id']} by {header['scene']} version {header['pack_version']}"
            verdict.tell("pack", found, "a pack that is installed")
        next_entry += header["entry_count"]
        verdict.transactions, verdict.head = header["id"], row[-1]
        missing.discard(row[-1])
        if progress:
            progress(verdict.entries)
    stray = next(entries, None)
    if stray is not None:
        found = f"entry {stray[0]} of transaction {stray[1]}"
        verdict.tell("stray", found, "no entry behind the last transaction", subject=str(stray[3]))


def _verify_place(verdict: Verdict, header: dict[str, Any], next_entry: int) -> None:
    """A transaction follows the one before, and its entries follow those before."""
    number, wanted = header["id"], verdict.transactions + 1
    if number != wanted:
        verdict.tell("gap", f"transaction {number}", f"transaction {wanted}")
        raise _Enough
    if header["previous"] != verdict.head:
        found = f"transaction {number} behind {str(header['previous'])[:12]}"
        verdict.tell("chain", found, verdict.head[:12])
    count = header["entry_count"]
    if header["first_entry"] != next_entry or type(count) is not int or count < 1:
        found = f"transaction {number} with {count!r} entries from entry {header['first_entry']!r}"
        verdict.tell("gap", found, f"at least one, from entry {next_entry}")
        raise _Enough


def _verify_entries(
    verdict: Verdict, header: dict[str, Any], entries: Iterator[tuple[Any, ...]]
) -> Iterator[bytes]:
    """The recomputed leaf hashes of one transaction's entries; each is compared on the way."""
    for offset in range(header["entry_count"]):
        row = next(entries, None)
        wanted = header["first_entry"] + offset
        if row is None or row[0] != wanted:
            found = "the end of the journal" if row is None else f"entry {row[0]}"
            verdict.tell("missing", found, f"entry {wanted} of transaction {header['id']}")
            raise _Enough
        try:
            leaf = entry_leaf(*row[:7])
        except (TypeError, ValueError):
            leaf = b""
        if leaf.hex() != row[7] or row[1] != header["id"]:
            found = f"entry {row[0]} of transaction {row[1]} ({row[2]!r}, {row[4]!r} {row[5]!r}) was changed"
            verdict.tell("entry", found, "the entry as recorded", subject=ascii(row[3])[1:-1])
        verdict.entries += 1
        yield leaf


def _digest(compute: Callable[[dict[str, Any]], str], header: dict[str, Any]) -> str:
    """A header's digest; empty where it holds what no header holds."""
    try:
        return compute(header)
    except (TypeError, ValueError, OverflowError):
        return ""


def _verify_seals(verdict: Verdict, missing: set[str]) -> None:
    previous = GENESIS
    leaves: list[bytes] = []
    digests = iter(stored_rows(Transaction, ("digest",)))
    for row in stored_rows(Seal, (*SEAL_COLUMNS, "digest")):
        header = dict(zip(SEAL_COLUMNS, row, strict=False))
        verdict.seals += 1
        name = f"seal {header['id']} of {header['month']}"
        if (header["id"], header["previous"]) != (verdict.seals, previous):
            verdict.tell("seal", f"{name} out of its place", f"seal {verdict.seals}")
        if _digest(seal_digest, header) != row[-1]:
            verdict.tell("seal", f"{name} was changed", str(row[-1])[:12])
        count = header["transaction_count"]
        if type(count) is not int or not len(leaves) <= count <= verdict.transactions:
            found = f"{verdict.transactions} transactions under the {name}"
            verdict.tell("seal", found, f"at least {count}")
            raise _Enough
        leaves += [leaf_hash(bytes.fromhex(next(digests)[0])) for _ in range(count - len(leaves))]
        if tree_root(leaves).hex() != header["root"]:
            verdict.tell("seal", f"another root under the {name}", str(header["root"]))
        previous = row[-1]
        missing.difference_update((row[-1], header["root"]))


def _verify_end(verdict: Verdict) -> None:
    """Whether something was once recorded behind what is now the end.

    The chain cannot miss its own last links. But the books name the transactions that they show,
    and SQLite remembers the greatest row number that a table ever had.
    """
    reached = _newest_in_books()
    if reached > verdict.transactions:
        found = f"{verdict.transactions} transactions"
        verdict.tell("end", found, f"{reached}, which the books know")
    if connection.vendor != "sqlite":
        return
    counts = {Transaction: verdict.transactions, Entry: verdict.entries, Seal: verdict.seals}
    with connection.cursor() as cursor:
        for model, count in counts.items():
            table = model._meta.db_table
            cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [table])
            (greatest,) = cursor.fetchone()
            if greatest != (count or None):
                verdict.tell("end", f"{count} rows in {table}", f"{greatest}, which were once there")


def _newest_in_books() -> int:
    """The newest transaction that any projection speaks of."""
    newest = [0]
    for model in apps.get_app_config("ledger").get_models():
        for name in {"recorded_from", "recorded_to"} & {one.name for one in model._meta.fields}:
            newest.append(model._default_manager.aggregate(found=Max(name))["found"] or 0)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("book_"):
                cursor.execute(f'SELECT max(recorded_from), max(recorded_to) FROM "{table}"')  # noqa: S608
                newest += [number or 0 for number in cursor.fetchone()]
    return max(newest)
