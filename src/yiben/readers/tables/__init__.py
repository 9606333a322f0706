"""Tables that come in (表格读入): xlsx, xls, csv and pasted text, read against a pack."""

from yiben.readers.tables.corrected import corrected_file
from yiben.readers.tables.messages import explain
from yiben.readers.tables.model import Block, Column, Draft, DraftRow, LeftOut
from yiben.readers.tables.reading import read_table

__all__ = ["Block", "Column", "Draft", "DraftRow", "LeftOut", "corrected_file", "explain", "read_table"]
