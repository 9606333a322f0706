"""The three formats: equal bytes for equal papers, the official layout, every glyph drawn."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from docx import Document as open_docx

from conftest import skip_or_fail
from writers.documents.papers import paper
from yiben.writers.documents import WRITERS
from yiben.writers.documents.laid_out import Line, lay_out, visible_lines
from yiben.writers.documents.model import Paragraph, Run
from yiben.writers.documents.official import official
from yiben.writers.documents.page_docx import write_docx
from yiben.writers.documents.page_html import write_html
from yiben.writers.documents.page_pdf import (
    MissingGlyphs,
    NoFont,
    check_glyphs,
    families_for,
    installed_faces,
    write_pdf,
)

MM = 36_000  # English metric units


@pytest.fixture
def faces() -> None:
    """The Chinese faces that typesetting needs."""
    try:
        for font in official().fonts.values():
            families_for(font, installed_faces())
    except NoFont as error:
        skip_or_fail(str(error))


@pytest.mark.usefixtures("faces")
@pytest.mark.parametrize("form", WRITERS)
def test_equal_papers_give_equal_bytes(form: str) -> None:
    assert WRITERS[form](paper()) == WRITERS[form](paper())


def test_parts_stand_in_their_order() -> None:
    told = visible_lines(lay_out(paper()))
    wanted = [
        "云溪县发展和改革局",
        "2026年第9期",
        "云溪县重大项目推进情况月度通报",
        "各乡镇：",
        "一、总体情况",
    ]
    wanted += [
        "（一）分单位",
        "表1　各单位完成情况",
        "二、预警情况",
        "2026年10月12日",
        "附　核验信息与数字出处",
    ]
    places = [told.index(one) for one in wanted]
    assert places == sorted(places)


def test_a_draft_says_so() -> None:
    from yiben.writers.documents.model import Paper

    told = visible_lines(lay_out(Paper(paper().document)))
    assert "2026年第9期（送审稿）" in told and not any("签发" in one for one in told)


def test_docx_has_the_official_page() -> None:
    file = open_docx(io.BytesIO(write_docx(paper())))
    page = file.sections[0]
    sides = (page.page_width, page.page_height, page.top_margin, page.bottom_margin, page.left_margin)
    wanted = (210, 297, 37, 35, 28)
    assert all(abs(found / MM - millimetres) < 0.05 for found, millimetres in zip(sides, wanted, strict=True))
    assert file.settings.odd_and_even_pages_header_footer
    xml = zipfile.ZipFile(io.BytesIO(write_docx(paper()))).read("word/document.xml").decode()
    pitch = int(re.search(r'w:linePitch="(\d+)"', xml)[1])  # type: ignore[index]
    assert pitch * 22 <= round(225 * 72 / 25.4 * 20) < pitch * 23


def test_docx_says_every_line_in_named_faces() -> None:
    file = open_docx(io.BytesIO(write_docx(paper())))
    told = [one.text for one in file.paragraphs if one.text]
    assert told[0] == "云溪县发展和改革局" and "累计完成投资113.44亿元，占66.7%。" in told
    styles = zipfile.ZipFile(io.BytesIO(write_docx(paper()))).read("word/styles.xml").decode()
    assert all(name in styles for name in ("仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"))
    assert file.tables[0].cell(1, 1).text == "113.44"


def test_docx_links_numbers_to_their_sources() -> None:
    xml = zipfile.ZipFile(io.BytesIO(write_docx(paper()))).read("word/document.xml").decode()
    anchors, marks = set(re.findall(r'w:anchor="(\w+)"', xml)), set(re.findall(r'w:name="(f\d+)"', xml))
    assert anchors == {"f1", "f2", "f3"} == marks
    links = zipfile.ZipFile(io.BytesIO(write_docx(paper()))).read("word/_rels/document.xml.rels").decode()
    assert "https://example.org/scene/x/documents/d/figures/done" in links


def test_html_is_safe_and_alone() -> None:
    told = write_html(paper()).decode()
    assert "逾期&lt;30&gt;天&amp;更多" in told and "<30>" not in told
    assert not re.search(r'(?:src|href)="(?:http:|//)', told)
    envelope = told.partition('id="yiben-document">')[2].partition("</script>")[0]
    assert json.loads(envelope)["document"]["key"] == "bulletin@2026-09"


@pytest.mark.usefixtures("faces")
def test_pdf_is_set_on_the_official_page() -> None:
    import pypdfium2

    many = [Paragraph((Run("一二三四五六七八九十" * 9),)) for _ in range(30)]
    file = pypdfium2.PdfDocument(write_pdf(paper(blocks=tuple(many))))
    assert [round(one * 25.4 / 72) for one in file[0].get_size()] == [210, 297]
    lines = file[1].get_textpage().get_text_range().splitlines()
    body = [one for one in lines if set(one) & set("一二三四五六七八九十") and "—" not in one]
    assert len(body) == 22 and max(map(len, body)) == 28
    assert "— 2 —" in lines


def test_a_face_that_is_not_there_is_told() -> None:
    with pytest.raises(NoFont, match="install one"):
        families_for(official().fonts["body"], ())


@pytest.mark.usefixtures("faces")
def test_a_missing_glyph_is_an_error() -> None:
    strange = paper(blocks=(Paragraph((Run("\U00013000 埃及"),)),))
    with pytest.raises(MissingGlyphs, match="U\\+13000"):
        write_pdf(strange)


@pytest.mark.usefixtures("faces")
def test_glyphs_are_looked_for_in_the_style_of_their_line() -> None:
    mono = {"hash": {"families": ["Noto Sans Mono"]}, "page": {"families": ["Noto Serif CJK SC"]}}
    if not any(face.family == "Noto Sans Mono" for face in installed_faces()):
        mono["hash"]["families"] = []
    with pytest.raises(MissingGlyphs):
        check_glyphs([Line("hash", lay_out(paper())[0].pieces)], mono, installed_faces())  # type: ignore[union-attr]


def test_docx_opens_elsewhere(tmp_path: Path) -> None:
    """LibreOffice renders it where it is installed; elsewhere the package is whole and well-formed."""
    from defusedxml.ElementTree import fromstring

    (tmp_path / "paper.docx").write_bytes(write_docx(paper()))
    with zipfile.ZipFile(tmp_path / "paper.docx") as package:
        assert package.testzip() is None
        for name in package.namelist():
            if not name.endswith(".png"):
                fromstring(package.read(name))
    office = shutil.which("soffice")
    if office is None:
        return
    import pypdfium2

    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "paper.docx")], check=True, capture_output=True, timeout=300)
    pages = pypdfium2.PdfDocument(tmp_path / "paper.pdf")
    told = "".join("".join(pages[at].get_textpage().get_text_range().split()) for at in range(len(pages)))
    assert "累计完成投资113.44亿元" in told and "核验信息与数字出处" in told and "\ufffd" not in told
