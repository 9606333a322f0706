"""Repair of damaged text; the damage is made by the same byte edits that broke the real pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiben.readers.quantities import WIDTHS
from yiben.readers.repair import repair_text
from yiben.readers.samples import broken_text, damaged_page, sample_report

CLEAN = (
    "各位代表:我代表縣人民政府報告工作。全縣生產總值達到332.63億元,同比增長2.6%。確保縣域經濟持續向好回升。"
    "完成項目儲備。縣財政收入增長,項目建設順利。"
) * 3


def test_clean_text_passes_unchanged() -> None:
    text = "上半年GDP增长6.7%,排名第二。怎么办?\n办好事、办实事!"
    repaired = repair_text(text)
    assert repaired.text == text
    assert repaired.repairs == ()
    assert repaired.clean.unchanged


def test_pinyin_after_traditional_characters_is_taken_out() -> None:
    raw = "固定資產(chǎn)投資增長(zhǎng)28.8%,兌現(xiàn)資金5.71萬(wàn)元,發(fā)展順利。"
    repaired = repair_text(raw)
    assert repaired.text == "固定资产投资增长28.8%,兑现资金5.71万元,发展顺利。"
    at = repaired.text.index("5.71万元")
    start, end = repaired.clean.span_of(at, at + 6)
    assert raw[start:end] == "5.71萬(wàn)元"


def test_a_full_width_mark_made_half_inside_two_characters_is_undone() -> None:
    damaged = CLEAN.encode("gbk").replace(b"\xa3\xbf", b"?").decode("gbk", "replace").replace("\ufffd", "?")
    assert "??h" in damaged
    repaired = repair_text(damaged)
    assert "确保县域经济" in repaired.text
    assert "完成项目储备。县财政收入" in repaired.text
    assert "low" not in {one.confidence for one in repaired.repairs if one.restored == "保县"}


def test_full_width_digits_and_broken_quantities() -> None:
    repaired = repair_text("完成投資４５．６億元,增長１２％,力爭達到90\n億元,縣經濟發展來")
    assert repaired.text == "完成投资45.6亿元,增长12%,力争达到90亿元,县经济发展来"
    assert {one.kind for one in repaired.repairs} == {"width", "break"}


@pytest.mark.parametrize(
    "broken", ["12.5\n亿元", "12.\n5亿元", "12\n.5亿元", "12.5 \r\n 亿元", "１２．\n５亿元"]
)
def test_a_quantity_broken_over_two_lines_is_joined(broken: str) -> None:
    raw = f"一季度工业投资{broken},增长3%"
    repaired = repair_text(raw)
    assert repaired.text == "一季度工业投资12.5亿元,增长3%"
    at = repaired.text.index("12.5")
    start, end = repaired.clean.span_of(at, at + 6)
    assert raw[start:end] == broken


def test_commas_doubled_by_a_site_are_taken_out_of_damaged_pages_only() -> None:
    raw = "今年以來,,全縣項(xiàng)目建設(shè)加快,,投資增長3%,。工業(yè)、農(nóng)業(yè),、服務(wù)業(yè)向好,,平穩(wěn)。"
    assert repair_text(raw).text == "今年以来,全县项目建设加快,投资增长3%。工业、农业、服务业向好,平稳。"
    text = "表中写法为1,,2,,3,,4,。"
    assert repair_text(text).text == text


def test_rubble_beyond_the_most_places_is_listed_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yiben.readers.repair._MOST_PLACES", 1)
    raw = "縣經(jīng)濟(jì)發(fā)展。確??h域經濟向好。" + "全縣項目。濱??萍汲恰⑴R港產業城"
    repaired = repair_text(raw)
    assert "确保县域经济向好" in repaired.text
    assert "滨??萍汲" in repaired.text
    assert {one.confidence for one in repaired.repairs if one.start > 25} == {"unknown"}


def test_a_number_of_a_list_is_no_broken_quantity() -> None:
    text = "工作安排\n1.\n2023年投资增长3%\n12.\n5家企业开工"
    assert repair_text(text).text == text


def test_what_is_lost_is_marked_and_not_invented() -> None:
    repaired = repair_text("全年完成\ufffd\ufffd投资12亿元")
    assert repaired.text == "全年完成\ufffd\ufffd投资12亿元"
    assert [one.confidence for one in repaired.repairs] == ["unknown"]


@given(st.integers(0, 10_000))
def test_any_text_is_repaired_without_error_and_its_spans_lead_back(seed: int) -> None:
    raw = broken_text(seed)
    repaired = repair_text(raw)
    for place in range(len(repaired.text)):
        start, end = repaired.clean.span_of(place, place + 1)
        assert 0 <= start <= end <= len(raw)


@given(st.integers(0, 500))
def test_made_up_clean_reports_pass_unchanged(seed: int) -> None:
    text = sample_report(400, seed=seed)
    assert repair_text(text).text == text


@pytest.mark.parametrize("traditional", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_made_up_reports_are_restored_from_their_damage(seed: int, traditional: bool) -> None:
    text = sample_report(6000, seed=seed)
    damaged = damaged_page(text, seed=seed, traditional=traditional, spelled=0.8)
    repaired = repair_text(damaged)
    assert not traditional or "?" in damaged
    assert repaired.text.translate(WIDTHS) == text.translate(WIDTHS)
    assert all(one.confidence != "unknown" for one in repaired.repairs)


UNHEARD = (
    "滨海科技城、临港产业城的企业增加了。今年全县上下为老百姓脱贫致富等方面都做了具有重要意义的工作,"
    "县长到企业慰问。县委要求,项目建设要加快。"
)


@pytest.mark.parametrize("spelled", [1.0, 0.5, 0.0])
def test_a_short_text_of_its_own_is_restored(spelled: float) -> None:
    damaged = damaged_page(UNHEARD, seed=2, spelled=spelled)
    assert damaged != UNHEARD
    assert repair_text(damaged).text == UNHEARD


def test_a_stretch_read_one_byte_off_up_to_its_end_is_restored() -> None:
    raw = "發展經(jīng)濟(jì),當(dāng)地企業的效益明顯提高,農民?qiā)杖朐黾?"
    repaired = repair_text(raw)
    assert repaired.text == "发展经济,当地企业的效益明显提高,农民收入增加"
    (one,) = repaired.repairs
    assert (one.raw, one.restored) == ("?qiā)杖朐黾?", "收入增加")


def test_two_bytes_dropped_without_a_trace_come_back() -> None:
    """三 (C8FD) before 改 (B8C4): FDB8 is no character, so browsers drop both bytes."""
    raw = "發(fā)展養(yǎng)老服務(wù),創(chuàng)新項(xiàng)目?!叭摹睗^區(qū)模式,全縣“三改”經(jīng)驗,濤頭經(jīng)驗,濤頭漁港"
    repaired = repair_text(raw)
    assert "项目。“三改”涛头区模式" in repaired.text
    (one,) = repaired.repairs
    assert (raw[one.start : one.end], one.kind) == ("?!叭摹睗^", "shifted")


@pytest.mark.parametrize(
    "text",
    [
        "怎么办?办好事、办实事!谁来办?县里办。",
        "“数字化改革怎么改?”“改什么?”大家问。",
        "李?副县长到葭?街道,看了堃?公司的犇牛项目。",
        "项目名称????? 亿元??? 云岭",
        "https://example.org/x?y=1&z=云岭?q",
        "全年完成\ufffd投资12亿元,\ufffd云岭县",
    ],
)
def test_question_marks_of_sound_text_stay(text: str) -> None:
    assert repair_text(text).text == text


@pytest.mark.shared
def test_the_damaged_report(shared: Path) -> None:
    raw = (shared / "reports/002.txt").read_text(encoding="utf-8")
    made = {(one.start, one.end): one.restored for one in repair_text(raw).repairs}
    for line in (shared / "gold/repairs_002.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        assert made[gold["start"], gold["end"]] == gold["restored"]


@pytest.mark.shared
@pytest.mark.parametrize("doc", ["000", "001", "003", "004"])
def test_clean_reports_pass_unchanged(shared: Path, doc: str) -> None:
    raw = (shared / f"reports/{doc}.txt").read_text(encoding="utf-8")
    assert repair_text(raw).text == raw
