"""The flows of a quantity as a picture (流向图): nodes and links without a circle, ready for a Sankey."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from yiben.scenes.accounts import AccountBook, DeclaredAccount
from yiben.web.shown import number_text
from yiben.web.words import label_of, say

COLOURS = {"source": "#5b8def", "pool": "#0b5cab", "holding": "#e0a100", "sink": "#3b9a5c"}
# How a number of pixels a picture needs for each account on its fullest side.
ROOM = 56


def flow_picture(
    book: AccountBook,
    quantity: str,
    *,
    flows: Mapping[tuple[str, str, str], Decimal],
    balances: Mapping[str, Decimal],
) -> dict[str, Any] | None:
    """Nodes and links of one quantity; None where nothing flowed.

    Accounts stand in the pack's order. What flows back to an earlier account ends in a node of its
    own (退回…), because a Sankey may hold no circle; what passes inside one account has no width.
    """
    order = {name: at for at, name in enumerate(book.accounts)}
    nodes: dict[str, dict[str, Any]] = {}
    links = []
    for (source, target, name), amount in sorted(
        flows.items(), key=lambda row: (order[row[0][0]], order[row[0][1]])
    ):
        if name != quantity or source == target or not amount:
            continue
        start, end = label_of(book.accounts[source].label), label_of(book.accounts[target].label)
        if order[target] < order[source]:
            end = say("退回{name}", name=end)
        for label, account in ((start, source), (end, target)):
            said = number_text(abs(balances.get(account, Decimal(0))))
            nodes.setdefault(
                label, {"name": label, "colour": COLOURS[book.accounts[account].kind], "said": said}
            )
        links.append({"source": start, "target": end, "value": float(amount), "said": number_text(amount)})
    if not links:
        return None
    return {"unit": book.quantities[quantity].unit, "nodes": list(nodes.values()), "links": links}


def _node(account: DeclaredAccount, balance: Decimal | None) -> dict[str, Any]:
    """What a node says beside its name: what an inside account holds now."""
    said = number_text(abs(balance or Decimal(0)))
    shown = "" if account.is_outside else say("余 {n}", n=said)
    return {"colour": COLOURS[account.kind], "said": said, "shown": shown}


def height_of(picture: Mapping[str, Any]) -> int:
    """How high a picture should be, by the accounts that stand beside each other in it."""
    starts = {link["source"] for link in picture["links"]} - {link["target"] for link in picture["links"]}
    ends = {link["target"] for link in picture["links"]} - {link["source"] for link in picture["links"]}
    return max(180, ROOM * max(len(starts), len(ends)))
