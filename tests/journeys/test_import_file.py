"""Taking in a file: all or nothing, the same twice is nothing, and a killed import can be resumed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from databases import County, code
from yiben.kernel.problems import Refused

HEAD = "项目代码,项目名称,项目类别,阶段,责任单位,总投资(亿元),2026年3月完成投资(万元)\n"


def csv(*rows: str) -> bytes:
    return (HEAD + "\n".join(rows) + "\n").encode()


def row(number: int, *, unit: str = "交通局", total: str = "1.5", month: str = "120") -> str:
    return f"{code(number)},项目{number},工业,在建,{unit},{total},{month}"


def take(county: County, data: bytes, **options: object):
    from yiben.journeys.import_file import import_file

    given = {
        "name": "三月.csv",
        "pack": county.pack,
        "by": county.person("clerk"),
        "at": next(county.moments),
    }
    return import_file(data, **(given | options))


def known(county: County) -> dict[str, dict[str, object]]:
    from yiben.ledger.frames import frame

    return {one["subject"]: one for one in frame(county.pack).to_pylist()}


def test_amounts_are_kept_in_the_packs_unit(county: County) -> None:
    done = take(county, csv(row(1), row(2)))
    assert (done.recorded.created, done.recorded.updated) == (4, 0)
    assert str(known(county)[code(1)]["total_investment"]) == "15000.000000"


def test_the_same_file_twice_changes_nothing(county: County) -> None:
    from yiben.ledger.record import head

    take(county, csv(row(1)))
    before = head()
    again = take(county, csv(row(1)))
    assert again.recorded.transaction == 0 and head() == before


def test_a_preview_is_the_run_itself_rolled_back(county: County) -> None:
    from yiben.ledger.models import Attachment, Incoming
    from yiben.ledger.record import head

    seen = take(county, csv(row(1)), preview=True)
    assert seen.preview and seen.recorded.created == 2
    assert head() == 0 and not Incoming.objects.exists() and not Attachment.objects.exists()


def test_one_bad_row_refuses_the_file_with_its_place(county: County) -> None:
    with pytest.raises(Refused) as refused:
        take(county, csv(row(1), row(2, total="很多"), row(3, unit="没有这个局")))
    places = [str(problem.place) for problem in refused.value.problems]
    assert any("F3" in place for place in places)
    assert known(county) == {}


def test_bad_rows_are_held_back_by_choice(county: County) -> None:
    done = take(county, csv(row(1), row(2, total="很多"), row(3, unit="没有这个局")), hold_back=True)
    assert sorted(known(county)) == [code(1)]
    assert done.held_back == 2 and len(done.problems) >= 2


def test_who_may_not_import_is_refused(county: County) -> None:
    from yiben.people.access import NotAllowed

    with pytest.raises(NotAllowed):
        take(county, csv(row(1)), by=county.person("transport"))


def test_a_cut_off_import_is_resumed(county: County) -> None:
    from yiben.journeys import import_file as journey
    from yiben.ledger.models import Incoming

    clerk = county.person("clerk")
    journey._keep(csv(row(1)), "三月.csv", county.pack, clerk, next(county.moments), None, False)
    assert known(county) == {}
    [(left, done)] = journey.resume_imports(by=clerk, at=next(county.moments))
    assert not isinstance(done, Refused) and done.recorded.created == 2
    assert sorted(known(county)) == [code(1)]
    assert not Incoming.objects.filter(state="received").exists() and left.name == "三月.csv"


def test_a_table_without_codes_updates_by_name(county: County) -> None:
    take(county, csv(row(1), row(2)))
    done = take(county, "项目名称,用地面积(公顷)\n项目2,1.5\n".encode())
    assert done.recorded.updated == 1
    assert str(known(county)[code(2)]["land"]) == "22.500000"


def test_an_export_comes_back_unchanged(county: County) -> None:
    from io import BytesIO

    from yiben.journeys.export_scene import export_scene

    take(county, csv(row(1), row(2)))
    for kind in ("xlsx", "csv"):
        stream = BytesIO()
        assert export_scene(stream, pack=county.pack, by=county.person("clerk"), kind=kind) == 2
        back = take(county, stream.getvalue(), name=f"导出.{kind}")
        assert (back.recorded.created, back.recorded.updated) == (0, 0)


def test_an_export_shows_only_the_rows_in_reach(county: County) -> None:
    from yiben.journeys.export_scene import rows_to_export

    take(county, csv(row(1), row(2, unit="教育局")))
    seen = rows_to_export(county.pack, by=county.person("school"))
    assert seen["code"].to_pylist() == [code(2)]


def test_an_export_keeps_back_what_is_not_yet_published(county: County) -> None:
    from yiben.journeys.export_scene import rows_to_export

    take(county, csv(row(1)))
    total = replace(county.pack.fields["total_investment"], secret=True)
    pack = replace(county.pack, fields={**county.pack.fields, "total_investment": total})
    assert "total_investment" in rows_to_export(pack, by=county.person("clerk")).column_names
    assert "total_investment" not in rows_to_export(pack, by=county.person("admin")).column_names


def test_what_the_ledger_refuses_names_its_cell(county: County) -> None:
    with pytest.raises(Refused) as refused:
        take(county, csv(row(1), row(2, unit="没有的局")))
    assert [(one.place.cell, one.place.field) for one in refused.value.problems] == [("E3", "unit")]


def test_an_export_as_of_a_past_moment(county: County) -> None:
    from yiben.journeys.export_scene import rows_to_export

    take(county, csv(row(1)))
    then = next(county.moments)
    take(county, csv(row(2)))
    clerk = county.person("clerk")
    assert rows_to_export(county.pack, by=clerk, as_of=then)["code"].to_pylist() == [code(1)]
    assert rows_to_export(county.pack, by=clerk).num_rows == 2


def test_templates_come_back_clean(county: County) -> None:
    from yiben.journeys.export_scene import make_template

    empty = take(county, make_template(pack=county.pack), name="模板.xlsx")
    assert empty.recorded.transaction == 0 and not empty.draft.errors
    with pytest.raises(LookupError):
        make_template(pack=county.pack, form="weekly")
