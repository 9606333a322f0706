"""Documents of every kind, and what is refused."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from yiben.bench.reading import fuzz
from yiben.kernel.problems import Refused
from yiben.readers.documents import open_document
from yiben.readers.report import read_document

SENTENCE = "固定资产投资增长12.5%，总投资30亿元。"


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "工业投资(亿元)", "10.2"
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def pdf(text: str) -> bytes:
    """A minimal PDF with one line of Latin text."""
    stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n" % len(stream) + stream + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_detected(encoding: str) -> None:
    document = open_document((SENTENCE * 5).encode(encoding), name="a.txt")
    assert document.text.text.lstrip("\ufeff") == SENTENCE * 5


def test_html_leads_back_to_its_source() -> None:
    source = f"<!DOCTYPE html><html><head><style>p{{}}</style></head><body><p>固定资产<b>投资</b>增长&nbsp;<i>12.5</i>%</p></body></html>{'<!-- x -->'}"
    report = read_document(open_document(source.encode(), name="a.html"))
    (figure,) = report.figures
    assert source[figure.start : figure.end] == figure.text == "12.5</i>%"
    assert figure.subject == "固定资产投资增速"


def test_html_tables_become_rows() -> None:
    source = "<table><tr><td>指标</td><td>1-7月(亿元)</td><td>同比(%)</td></tr><tr><td>工业投资</td><td>10.2</td><td>20.4</td></tr></table>"
    report = read_document(open_document(source.encode(), name="a.htm"))
    assert [(f.text, f.unit, f.measure) for f in report.figures] == [
        ("10.2", "亿元", "level"),
        ("20.4", "%", "growth"),
    ]


def test_word_paragraphs_and_tables() -> None:
    document = open_document(word("云岭县2023年工作总结", SENTENCE), name="a.docx")
    report = read_document(document)
    assert [f.text for f in report.figures] == ["12.5%", "30亿元", "10.2"]
    assert document.where(report.figures[0].start) == "paragraph 2"


def test_markdown_marks_are_left_out() -> None:
    document = open_document(f"# 标题\n**{SENTENCE}**\n".encode(), name="a.md")
    assert SENTENCE in document.text.text and "*" not in document.text.text


def test_pdf_with_text() -> None:
    document = open_document(pdf("GDP 332.63 growth of the county"), name="a.pdf")
    assert "332.63" in document.text.text
    assert document.where(0) == "page 1"


def zipped(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "document-empty"),
        (b" \n ", "a.txt", "document-empty"),
        (bytes(range(256)) * 40, "a.txt", "document-binary"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "a.docx", "document-kind"),
        (b"\x89PNG\r\n", "a.txt", "document-kind"),
        (b"PK\x03\x04broken", "a.docx", "docx-broken"),
        (zipped(a=b"x"), "a.docx", "docx-kind"),
        (zipped(word__document=b"x"), "a.docx", "docx-kind"),
        (b"%PDF-1.7 broken", "a.pdf", "pdf-broken"),
        (pdf(""), "a.pdf", "pdf-scan"),
        (b"<html><script>x</script></html>", "a.html", "document-empty"),
        (b"a" * (41 * 1024 * 1024), "a.txt", "document-large"),
    ],
)
def test_refusals_say_what_was_found_and_expected(data: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        open_document(data, name=name)
    (problem,) = refusal.value.problems
    assert problem.code == code
    assert problem.found and problem.expected and problem.place.file == name


def test_damaged_xml_in_a_word_file_is_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<a><b></a>")
    with pytest.raises(Refused, match="damaged document"):
        open_document(data.getvalue(), name="a.docx")


def test_deeply_nested_html_is_read() -> None:
    source = "<html>" + "<div>" * 50_000 + SENTENCE + "</div>" * 50_000
    assert SENTENCE in open_document(source.encode(), name="a.html").text.text


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.html", "a.docx", "a.pdf", "a.md"]))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    for head in (b"", b"PK\x03\x04", b"%PDF-1.4\n", b"<html>"):
        try:
            open_document(head + data, name=name)
        except Refused as refusal:
            assert refusal.problems


TYPESET = """
#set page(width: 16cm, height: 9cm)
= 云岭县2023年工作总结
一季度，全县地区生产总值332.63亿元，同比增长6.7%。
#table(columns: 3, [指标], [1-7月(亿元)], [同比(%)], [工业投资], [10.2], [20.4], [交通投资], [33.1], [-2.5])
#pagebreak()
新开工项目24个。
"""


@pytest.fixture(scope="module")
def typeset() -> bytes:
    """A Chinese PDF of two pages, with a table."""
    made = typst.compile(TYPESET.encode())
    assert isinstance(made, bytes)
    return made


def test_a_chinese_pdf_leads_back_to_its_pages_and_rows(typeset: bytes) -> None:
    document = open_document(typeset, name="a.pdf")
    if "工业投资" not in document.source:
        pytest.skip("no Chinese font on this machine")
    assert "工业投资 | 10.2 | 20.4 |" in document.source.split("\n")
    report = read_document(document)
    seen = [(f.text.replace(" ", ""), f.unit, f.measure, document.where(f.start)) for f in report.figures]
    assert seen == [
        ("332.63亿元", "亿元", "level", "page 1"),
        ("6.7%", "%", "growth", "page 1"),
        ("10.2", "亿元", "level", "page 1"),
        ("20.4", "%", "growth", "page 1"),
        ("33.1", "亿元", "level", "page 1"),
        ("−2.5", "%", "growth", "page 1"),
        ("24个", "个", "level", "page 2"),
    ]


def test_an_encrypted_pdf_is_refused() -> None:
    lock = b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\n" + lock + b"trailer"
        b"<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<41><41>]>>\n%%EOF"
    )
    with pytest.raises(Refused) as refusal:
        open_document(data, name="a.pdf")
    (problem,) = refusal.value.problems
    assert problem.code == "pdf-encrypted" and "password" in problem.expected


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("big5", "big5hkscs"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("gb2312", "gb18030")],
)
def test_encodings_without_a_mark_are_detected(encoding: str, found: str) -> None:
    said = "固定資產投資增長12.5%，總投資30億元。" if encoding == "big5" else SENTENCE
    document = open_document(said.encode(encoding), name="a.txt")
    assert (document.source, document.encoding) == (said, found)


def test_deeply_nested_word_files_are_read() -> None:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    runs = "<w:r>" * 20_000 + f"<w:t>{SENTENCE}</w:t>" + "</w:r>" * 20_000
    xml = f'<w:document xmlns:w="{space}"><w:body><w:p>{runs}</w:p></w:body></w:document>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    assert open_document(data.getvalue(), name="a.docx").source == SENTENCE


@pytest.mark.parametrize("piece", ["<p ", '<a href="', "&", "<!--", "<script>", "<td>"])
def test_markup_without_end_is_read_or_refused(piece: str) -> None:
    source = "<html>" + SENTENCE + piece * 20_000
    try:
        assert SENTENCE in open_document(source.encode(), name="a.html").text.text
    except Refused as refusal:
        assert refusal.problems


def test_files_in_disorder_are_read_or_refused() -> None:
    refused, _, failed = fuzz(700_000, 150)
    assert failed == []
    assert 0 < refused < 150
