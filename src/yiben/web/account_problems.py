"""What the law of accounts refuses, in the reader's words (收支问题说明)."""

from __future__ import annotations

from collections.abc import Iterable

from yiben.kernel.problems import Problem, Refused
from yiben.scenes.accounts import AccountBook
from yiben.web.problems import Told, told
from yiben.web.words import label_of, say

# Texts of the catalogue by code; {found} and {expected} stay as the checks say them.
WORDS = {
    "account-overdrawn": "余额将低于零",
    "move-twice": "同一文号已经记过",
    "move-double-count": "同一事实已经记过",
    "month-sealed": "该月已封账，不再受理",
    "move-amount": "数量不合要求",
    "move-document": "没有文号",
    "move-day": "日期不合要求",
    "move-unit": "单位与账户不符",
    "move-way": "没有这种收支方式",
    "move-quantity": "这种方式不能收支该指标",
    "move-subject": "对象不合要求",
    "unknown-subject": "账内没有这个对象",
    "move-value": "缺少内容",
    "approver": "批准人应为有批准权的人员",
    "accounts-changed": "方案算出之后账户已有变动，请重新计算",
    "nothing-granted": "方案没有安排任何项目",
    "not-a-pool": "不是可分配的指标池",
    "claims-unknown": "该指标没有需求口径",
    "claims-scene": "需求来自另一场景",
    "claims-order": "各指标池的次序不一致",
    "pool-twice": "同一指标池选了两次",
}


def accounts_told(refused: Refused | Iterable[Problem], book: AccountBook | None = None) -> list[Told]:
    """The problems of a refusal for a page; in Chinese each begins with what is wrong in plain words."""
    problems = refused.problems if isinstance(refused, Refused) else tuple(refused)
    rows = []
    for problem in problems:
        row = told(problem)
        if problem.code in WORDS:
            found = f"{say(WORDS[problem.code])}: {_with_labels(problem.found, book)}"
            row = Told(row.where, found, problem.expected, row.is_error, row.subject, row.field)
        rows.append(row)
    return rows


def _with_labels(text: str, book: AccountBook | None) -> str:
    """The keys of accounts by their labels: `pool/new_land: -5亩` → `县指标池/新增建设用地: -5亩`."""
    head, colon, rest = text.partition(": ")
    parts = head.split("/", 2)
    if (
        book is None
        or not colon
        or parts[0] not in book.accounts
        or len(parts) < 2
        or parts[1] not in book.quantities
    ):
        return text
    named = [label_of(book.accounts[parts[0]].label), label_of(book.quantities[parts[1]].label), *parts[2:]]
    return f"{'/'.join(named)}: {rest}"
