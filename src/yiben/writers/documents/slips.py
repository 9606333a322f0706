"""Slips on paper (督办文书): 提示单, 督办单, 联系单 and 报告单 in the layout of official documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import yaml

from yiben.writers.documents.model import (
    Basis,
    Block,
    Document,
    Figure,
    Heading,
    Paragraph,
    Run,
    Table,
    TableColumn,
)
from yiben.writers.documents.numbers import day_text, exact_text

RECEIPT_ROWS = ("签收人及时间", "办理情况", "佐证材料", "负责人签字")


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """What a slip says (督办文书素材): plain values, whoever keeps them.

    `type` is the pack's name of the type and `label` what it is called; `path` leads to the case.
    """

    type: str
    label: str
    number: str
    receiver: str
    noun: str
    subject: str
    key: str
    level: str
    reason: str
    demand: str
    due: date
    day: date
    issuer: str
    basis: Basis
    working_days: int | None = None
    copies: tuple[str, ...] = ()
    path: str = ""


@cache
def wordings() -> dict[str, dict[str, str]]:
    """The words around slips, by type."""
    text = (resources.files("yiben.writers.documents") / "slips.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = yaml.safe_load(text)
    return found


def slip_key(number: str) -> str:
    """What names a slip among documents."""
    return f"slip@{number}"


def write_slip(slip: SlipPaper) -> Document:
    """The slip as a document."""
    return Document(
        kind="slip",
        key=slip_key(slip.number),
        head=slip.issuer,
        number=slip.number,
        title=slip.label,
        subtitle=f"（{slip.level}）" if slip.level else "",
        receiver=slip.receiver,
        blocks=tuple(_blocks(slip)),
        signer=slip.issuer,
        day=slip.day,
        copies=slip.copies,
        figures=tuple(_figures(slip)),
        basis=slip.basis,
    )


def _blocks(slip: SlipPaper) -> list[Block]:
    words = wordings().get(slip.type, wordings()["other"])
    filled = {"noun": slip.noun, "subject": slip.subject, "key": slip.key}
    blocks: list[Block] = [
        Paragraph((Run(words["opening"].format_map(filled)),)),
        Heading("存在问题"),
        Paragraph((Run(_sentence(slip.reason), "reason"),)),
    ]
    if slip.demand:
        blocks += [Heading("办理要求"), Paragraph((Run(_sentence(slip.demand)),))]
    head, _, tail = words["closing"].partition("{due}")
    blocks.append(Paragraph((Run(head), Run(day_text(slip.due), "due"), Run(tail))))
    rows = tuple((Run(name), Run("")) for name in RECEIPT_ROWS)
    blocks.append(Table("回执", (TableColumn("事项"), TableColumn("填写", "left")), rows))
    return blocks


def _sentence(text: str) -> str:
    return text if text.endswith(("。", "！", "？", "；", ".")) else f"{text}。"


def _figures(slip: SlipPaper) -> list[Figure]:
    days = f"，发文次日起{exact_text(slip.working_days)}个工作日" if slip.working_days else ""
    return [
        Figure("reason", slip.reason, "", "存在问题", "研判或督查所见", 1, slip.path, is_number=False),
        Figure("due", slip.due.isoformat(), "", day_text(slip.due), f"反馈期限{days}", 1, slip.path, False),
    ]
