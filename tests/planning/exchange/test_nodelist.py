"""The node list as a workbook, seen by a reader that is not ours."""

import io
from datetime import date

from openpyxl import load_workbook

from yiben.planning.exchange.nodelist import HEADS, write
from yiben.planning.living import Owned, begin, freeze, node_list


def test_the_list_as_another_reader_sees_it() -> None:
    plan, _ = freeze(
        begin("late_school", dates={"start": date(2026, 6, 30)}, names={"start": "开工"}), on=date(2026, 2, 1)
    )
    owned = [Owned(plan, "government", "教育局")]
    rows = node_list(owned, first=date(2026, 7, 1), end=date(2026, 8, 1), on=date(2026, 7, 10))
    content = write(rows, title="2026年7月节点清单")
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None and sheet["A1"].value == "2026年7月节点清单"
    assert tuple(cell.value for cell in sheet[2]) == HEADS
    found = [cell.value for cell in sheet[3]]
    assert found[:4] == ["late_school", "government", "教育局", "开工"] and found[4].date() == date(
        2026, 6, 30
    )
    assert found[6:] == [None, 0, 0, "红"] and write(rows, title="2026年7月节点清单") == content
