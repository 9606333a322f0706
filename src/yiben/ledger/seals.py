"""Closing a month (封账): one root over everything recorded so far, chained to the seal before."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from yiben.kernel.periods import Period
from yiben.kernel.problems import Problem, Refused
from yiben.ledger.canonical import GENESIS, seal_digest
from yiben.ledger.frames import COUNTY_ZONE
from yiben.ledger.merkle import leaf_hash, tree_root
from yiben.ledger.models import Seal, Transaction
from yiben.ledger.record import lock_journal
from yiben.people.access import Person
from yiben.people.roles import Action


def seal(month: Period, *, by: Person, at: datetime) -> Seal:
    """Close a month: store the Merkle root over all transactions recorded so far.

    Raises Refused for a period that is no month, is not over, or is sealed already.
    """
    by.require(Action.SEAL)
    with transaction.atomic():
        lock_journal()
        problems = _problems(month, at)
        if problems:
            raise Refused(problems)
        last = Seal.objects.order_by("-id").first()
        count = Transaction.objects.count()
        header = {
            "id": last.id + 1 if last else 1,
            "month": str(month),
            "sealed_at": at,
            "officer": by.username,
            "transaction_count": count,
            "entry_count": Transaction.objects.aggregate(total=Sum("entry_count"))["total"] or 0,
            "root": root_over(count),
            "previous": last.digest if last else GENESIS,
        }
        return Seal.objects.create(**header, digest=seal_digest(header))


def _problems(month: Period, at: datetime) -> list[Problem]:
    if month.months != 1:
        return [Problem("seal-period", str(month), "one month, such as 2026-07")]
    if at.astimezone(COUNTY_ZONE).date() < month.end:
        return [Problem("seal-early", f"{month}, which ends on {month.last_day}", "a month that is over")]
    if Seal.objects.filter(month=str(month)).exists():
        return [Problem("seal-twice", f"{month}, which is sealed", "a month without a seal")]
    later = Seal.objects.filter(month__gt=str(month)).order_by("month").first()
    if later is not None:
        return [Problem("seal-order", f"{month} after {later.month}", "months sealed in their order")]
    return []


def root_over(count: int) -> str:
    """The Merkle root over the digests of the first `count` transactions."""
    digests = Transaction.objects.filter(id__lte=count).order_by("id").values_list("digest", flat=True)
    return tree_root(leaf_hash(bytes.fromhex(digest)) for digest in digests.iterator(chunk_size=10_000)).hex()


def sealed_months() -> list[str]:
    """Every sealed month, oldest first."""
    return list(Seal.objects.order_by("month").values_list("month", flat=True))
