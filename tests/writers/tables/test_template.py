"""Templates: what is handed out comes back clean."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yiben.readers.tables import read_table
from yiben.scenes.loader import built_in_packs
from yiben.writers.tables import template


@pytest.mark.parametrize("name", sorted(built_in_packs()))
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("period", [None, "2026-07", "2026Q3", "2026"])
def test_every_template_of_every_pack_comes_back_clean(name, language, period):
    pack = built_in_packs()[name]
    for form in (None, *pack.forms):
        data = template(pack, form=form, period=period, language=language)
        draft = read_table(data, name="t.xlsx", pack=pack)
        assert [str(problem) for problem in draft.problems] == []
        wanted = set(pack.forms[form].fields) | {pack.key, pack.display} if form else set(pack.fields)
        assert wanted <= {column.name for column in draft.blocks[0].stated}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(data=st.data())
def test_subjects_in_a_template_come_back(everything, tables, canonical, data):
    subjects = canonical(data.draw(tables))
    draft = read_table(template(everything, subjects=subjects, period="2026-07"), name="t", pack=everything)
    assert [str(problem) for problem in draft.problems if problem.code != "percent-as-share"] == []
    assert [row.facts for row in draft.rows()] == subjects


def test_measures_filled_in_have_their_periods(everything):
    data = template(everything, form="monthly", period="2026-07", subjects=[{"code": "K1", "name": "桥"}])
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["编号*", "名称", "本月完成投资(2026-07)(万元)", "类别"]
    sheet["C3"] = 12.5
    target = io.BytesIO()
    book.save(target)
    draft = read_table(target.getvalue(), name="t", pack=everything)
    assert next(draft.rows()).measures == {"2026-07": {"done": "12.5"}}


def test_lists_limits_notes_and_panes(everything):
    book = openpyxl.load_workbook(io.BytesIO(template(everything, form="monthly", period="2026-07")))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "C3" and sheet["B2"].comment.text == "全称"
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["D3:D2002"].type == "list"
    assert "选项" in book.sheetnames and book["选项"].sheet_state == "hidden"
    assert book["选项"]["A1"].value == "新建,扩建"
    assert [row[0].value for row in book["说明"].iter_rows()] == [
        "编号",
        "名称",
        "本月完成投资(万元)",
        "类别",
    ]


def test_equal_templates_are_equal_bytes(everything):
    assert template(everything) == template(everything)


def test_an_unknown_form_is_a_key_error(everything):
    with pytest.raises(KeyError):
        template(everything, form="nothing")
