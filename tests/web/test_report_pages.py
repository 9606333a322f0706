"""The pages of work reports: read, reviewed one by one and by filter, corrected, refused, compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from databases import START, County, code

TEXT = """云溪县发展和改革局2025年上半年工作总结和下半年工作计划
一、2025年上半年工作总结
一季度GDP增长6.7%,排名全市第二;上半年固定资产投资完成58.5亿元。数字化改革有序开展。
云溪东路改造工程开工建设。共办理审批事项417项,其中备案351项、核准6项、审批60项。
二、下半年工作计划
力争固定资产投资完成120亿元。深化数字化改革。
"""


@pytest.fixture
def clerk(county: County, browser_of: Callable[[str], Any]) -> Any:
    """A signed-in clerk of a county with reports, indicators, and one project that the text names."""
    from yiben.ledger.packs import install_pack
    from yiben.scenes.loader import built_in_packs

    for name in ("reports", "indicators"):
        install_pack(built_in_packs()[name], by=county.system, at=START)
    county.record(county.project(1, name="云溪东路改造提升工程"))
    return browser_of("clerk")


def sent(clerk: Any, data: bytes, name: str) -> Any:
    return clerk.post("/reports", {"file": SimpleUploadedFile(name, data)})


def taken(clerk: Any, text: str = TEXT, name: str = "上半年.txt") -> str:
    response = sent(clerk, text.encode(), name)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def page(clerk: Any, address: str) -> str:
    response = clerk.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def slots(told: str, kind: str = "figure") -> list[str]:
    return re.findall(rf'name="pick" value="({kind}:[^"]+)"', told)


def decided(clerk: Any, address: str, picked: list[str], do: str = "accept", **more: str) -> Any:
    typed = {"pick": picked, "do": do, "back": "kind=figure", **more}
    return clerk.post(f"{address}/review", typed)


def states(clerk: Any, address: str, kind: str = "figure") -> list[str]:
    return re.findall(r'<li class="(\w+)" data-slot', page(clerk, f"{address}?kind={kind}"))


def test_one_by_one_accepted_rejected_and_reopened(clerk: Any) -> None:
    address = taken(clerk)
    first, second, *_ = slots(page(clerk, address))
    assert decided(clerk, address, [first]).status_code == 302
    assert decided(clerk, address, [second], "reject").status_code == 302
    assert states(clerk, address)[:2] == ["accepted", "rejected"]
    decided(clerk, address, [second], "reopen")
    assert states(clerk, address)[1] == "open"


def test_by_filter_only_what_is_listed(clerk: Any) -> None:
    address = taken(clerk)
    listed = slots(page(clerk, f"{address}?kind=figure&words=审批"))
    assert 1 <= len(listed) < len(slots(page(clerk, address)))
    decided(clerk, address, listed)
    assert sorted(slots(page(clerk, f"{address}?kind=figure&state=accepted"))) == sorted(listed)


def test_a_correction_of_value_and_name_is_kept(clerk: Any) -> None:
    address = taken(clerk)
    [first, *_] = slots(page(clerk, address))
    typed = {f"value:{first}": "6.8", f"was-value:{first}": "6.7", f"subject:{first}": "GDP增幅"}
    assert decided(clerk, address, [first], **typed).status_code == 302
    told = page(clerk, address)
    assert states(clerk, address)[0] == "corrected"
    assert 'value="6.8"' in told and "value＝6.7" in told and "GDP增幅" in told


@pytest.mark.parametrize("typed", ["6,8x", "about 7", "1-2-3"])
def test_a_value_that_is_no_number_is_refused_and_all_that_was_typed_stays(clerk: Any, typed: str) -> None:
    address = taken(clerk)
    first, second, *_ = slots(page(clerk, address))
    more = {f"value:{first}": typed, f"was-value:{first}": "6.7", f"subject:{second}": "我改的名称"}
    response = decided(clerk, address, [first, second], **more)
    told = response.content.decode()
    assert response.status_code == 422 and "您填的都还在" in told and typed in told
    assert 'value="我改的名称"' in told
    assert re.findall(r'value="(figure:[^"]+)"[^>]*checked', told) == [first, second]
    assert set(states(clerk, address)) == {"open"}


def test_a_clash_is_refused_with_what_was_typed(clerk: Any) -> None:
    address = taken(clerk)
    told = page(clerk, address)
    [first, *_] = slots(told)
    seen = re.search(r'name="seen" value="(\d+)"', told)
    assert seen is not None
    decided(clerk, address, [first], "reject")
    response = decided(clerk, address, [first], seen=seen[1], **{f"subject:{first}": "另一个名称"})
    assert response.status_code == 422 and "另一个名称" in response.content.decode()
    assert states(clerk, address)[0] == "rejected"


def test_the_same_file_twice_changes_nothing(clerk: Any) -> None:
    address = taken(clerk)
    [first, *_] = slots(page(clerk, address))
    decided(clerk, address, [first], "reject")
    response = clerk.post("/reports", {"file": SimpleUploadedFile("上半年.txt", TEXT.encode())}, follow=True)
    assert "这份报告已经读过" in response.content.decode()
    assert states(clerk, address)[0] == "rejected"


def test_an_unsure_name_offers_projects_and_takes_the_chosen_one(clerk: Any) -> None:
    from yiben.ledger.marks import marks

    address = taken(clerk)
    told = page(clerk, f"{address}?kind=mention")
    assert "账内相近项目" in told and "云溪东路改造提升工程" in told
    [mention, *_] = slots(told, "mention")
    decided(clerk, address, [mention], **{f"target:{mention}": code(1)})
    assert [mark.facts["name"] for mark in marks("projects", kind="mention", subject=code(1))] == [
        "云溪东路改造工程"
    ]


def test_a_wrong_event_is_corrected(clerk: Any) -> None:
    address = taken(clerk)
    [mention, *_] = slots(page(clerk, f"{address}?kind=mention"), "mention")
    typed = {f"event:{mention}": "complete", f"was-event:{mention}": "start"}
    decided(clerk, address, [mention], **typed)
    assert "event＝start" in page(clerk, f"{address}?kind=mention")


def test_documents_of_other_formats_are_read_through_the_page(clerk: Any, tmp_path: Any) -> None:
    import docx

    made = docx.Document()
    for line in TEXT.strip().split("\n"):
        made.add_paragraph(line)
    made.save(tmp_path / "a.docx")
    address = taken_bytes(clerk, (tmp_path / "a.docx").read_bytes(), "a.docx")
    assert "第" in page(clerk, address) and len(slots(page(clerk, address))) >= 6


def taken_bytes(clerk: Any, data: bytes, name: str) -> str:
    response = sent(clerk, data, name)
    assert response.status_code == 302
    return str(response["Location"])


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "空.txt"),
        (b"\x00\x01\x02" * 99, "坏.docx"),
        (b"%PDF-1.4 nothing", "坏.pdf"),
        (b"PK\x03\x04x", "坏.docx"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_kept(
    clerk: Any, data: bytes, name: str
) -> None:
    response = sent(clerk, data, name)
    assert response.status_code == 422, response
    assert "账内没有任何改动" in response.content.decode() and "应为" in response.content.decode()
    assert "还没有报告" in page(clerk, "/reports")


def test_promises_are_answered_with_both_places(clerk: Any) -> None:
    early = taken(clerk)
    late = "云溪县2025年工作总结\n一、2025年工作完成情况\n固定资产投资完成118亿元。数字化改革深入推进。"
    other = taken(clerk, late, "全年.txt").rsplit("/", 1)[1]
    told = page(clerk, f"{early}?kind=promise&later={other}")
    assert "未兑现" in told and "相差 2" in told and "118亿元" in told
    assert "已兑现" in told and "数字化改革深入推进" in told
    assert re.search(rf'href="/reports/{other}#t-figure-\d+-\d+"', told)


def test_the_book_is_read_once_for_a_page(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from yiben.web.views import reports

    address = taken(clerk)
    calls: list[Any] = []
    read = reports.frame
    monkeypatch.setattr(reports, "frame", lambda *given, **more: calls.append(given) or read(*given, **more))
    page(clerk, address)
    assert len(calls) == 1
