"""A paper with one of everything, for tests of the writers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from yiben.writers.documents import Document, Issue, Paper
from yiben.writers.documents.model import (
    Basis,
    Figure,
    Heading,
    Paragraph,
    Run,
    SealPrint,
    Table,
    TableColumn,
)

AT = datetime(2026, 10, 12, 9, tzinfo=UTC)
FIGURES = (
    Figure(
        "done", "1134400.12", "亿元", "113.44", "本年完成投资合计", 3, "/scene/x/documents/d/figures/done"
    ),
    Figure("rate", "2/3", "%", "66.7%", "完成比例", 3, "/scene/x/documents/d/figures/rate"),
    Figure("reason.a", "逾期<30>天&更多", "", "逾期未开工", "原因", 1, "/scene/x/subject/a", False),
)


def document(**changes: Any) -> Document:
    table = Table(
        "各单位完成情况",
        (TableColumn("单位", "left"), TableColumn("完成投资（亿元）", "right")),
        ((Run("交通运输局"), Run("113.44", "done")), (Run("教育局"), Run("—"))),
        "亿元",
        "四舍五入",
    )
    body = (
        Run("累计完成投资"),
        Run("113.44亿元", "done"),
        Run("，占"),
        Run("66.7%", "rate", True),
        Run("。"),
    )
    whole = Document(
        kind="bulletin",
        key="bulletin@2026-09",
        head="云溪县发展和改革局",
        number="2026年第9期",
        title="云溪县重大项目推进情况月度通报",
        subtitle="（2026年9月）",
        receiver="各乡镇",
        blocks=(
            Heading("总体情况"),
            Paragraph(body),
            Heading("分单位", 2),
            table,
            Heading("预警情况"),
            Paragraph((Run("逾期<30>天&更多", "reason.a"),)),
        ),
        signer="云溪县发展和改革局",
        day=date(2026, 10, 12),
        copies=("县委办", "县政府办"),
        figures=FIGURES,
        seal=SealPrint("2026-09", 21, "ab" * 32, "cd" * 32, 400, 12000),
        basis=Basis("projects", 1, "2026-09", 400, "ef" * 32, AT),
    )
    return replace(whole, **changes)


def paper(**changes: Any) -> Paper:
    return Paper(document(**changes), Issue("陈经办", AT, "周县长", AT), "https://example.org")
