"""Documents that go out (公文): one frozen model → HTML, docx and PDF, each of which proves itself."""

from __future__ import annotations

from yiben.writers.documents.model import Document, Figure, Issue, Paper, document_of, paper_of
from yiben.writers.documents.page_docx import write_docx
from yiben.writers.documents.page_html import write_html
from yiben.writers.documents.page_pdf import CannotTypeset, write_pdf

WRITERS = {"html": write_html, "docx": write_docx, "pdf": write_pdf}

__all__ = [
    "WRITERS",
    "CannotTypeset",
    "Document",
    "Figure",
    "Issue",
    "Paper",
    "document_of",
    "paper_of",
    "write_docx",
    "write_html",
    "write_pdf",
]
