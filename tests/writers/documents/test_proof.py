"""A file proves itself: what it shows is what its embedded paper says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from conftest import skip_or_fail
from writers.documents.papers import paper
from yiben.kernel.problems import Refused
from yiben.writers.documents import WRITERS
from yiben.writers.documents.page_pdf import NoFont, write_pdf
from yiben.writers.documents.proof import read_paper


@pytest.fixture
def faces() -> None:
    """The Chinese faces that typesetting needs."""
    try:
        write_pdf(paper())
    except NoFont as error:
        skip_or_fail(str(error))


def repacked(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The package as another program saves it: compressed, with some parts changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


@pytest.mark.usefixtures("faces")
@pytest.mark.parametrize("form", WRITERS)
def test_what_was_written_is_clean(form: str) -> None:
    read = read_paper(WRITERS[form](paper()), name=f"paper.{form}")
    assert (read.kind, read.problems, read.paper) == (form, (), paper())


def test_a_file_saved_by_another_program_is_clean() -> None:
    assert read_paper(repacked(WRITERS["docx"](paper()), lambda name, part: part)).problems == ()


def test_a_changed_number_in_a_docx_is_named() -> None:
    def change(name: str, part: bytes) -> bytes:
        return (
            part.replace("113.44亿元".encode(), "131.44亿元".encode(), 1) if "document.xml" in name else part
        )

    [problem] = read_paper(repacked(WRITERS["docx"](paper()), change)).problems
    assert "131.44" in problem.found and "113.44" in problem.expected


def test_a_changed_envelope_shows_in_the_printed_digest() -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"1134400.12", b"1314400.12") if "item1.xml" in name else part

    assert read_paper(repacked(WRITERS["docx"](paper()), change)).problems


def test_a_changed_cell_in_a_page_is_named() -> None:
    told = WRITERS["html"](paper()).decode().replace(">113.44</a></td>", ">113.45</a></td>", 1)
    [problem] = read_paper(told.encode()).problems
    assert "113.45" in problem.found


@pytest.mark.usefixtures("faces")
def test_a_pdf_that_shows_another_paper_is_named() -> None:
    """The envelope of one paper inside the pages of another: found by its text."""
    mine, other = WRITERS["pdf"](paper()), paper(title="云溪县重大项目推进情况季度通报")
    own = paper().envelope()
    assert own != other.envelope() and mine != WRITERS["pdf"](other)
    from yiben.writers.documents import proof

    shown = proof._read_pdf(WRITERS["pdf"](other))[1][0]
    from yiben.kernel.problems import Place

    [problem] = proof._pdf_differences(WRITERS["pdf"](other), paper(), shown, Place())
    assert "季" in problem.found and "月" in problem.expected


@pytest.mark.usefixtures("faces")
@pytest.mark.parametrize("form", WRITERS)
def test_damaged_files_are_refused_or_told(form: str) -> None:
    whole = WRITERS[form](paper())
    for cut in (0, 1, 4, 100, len(whole) // 2, len(whole) - 30):
        try:
            assert read_paper(whole[:cut]).problems
        except Refused as error:
            assert error.problems


@pytest.mark.parametrize("data", [b"PK\x03\x04", b"%PDF-1.7", b"<html>", b"\xff\xfe", "一本账".encode()])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_paper(data)


def test_a_package_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from yiben.writers.documents import proof

    monkeypatch.setattr(proof, "MOST_UNPACKED", 1000)
    with pytest.raises(Refused):
        read_paper(WRITERS["docx"](paper()))


def test_a_foreign_docx_is_refused() -> None:
    from docx import Document as new_docx

    stream = io.BytesIO()
    new_docx().save(stream)
    with pytest.raises(Refused, match="embedded"):
        read_paper(stream.getvalue())
