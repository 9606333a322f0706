"""Tables that go out (表格导出): xlsx, csv, Parquet, and templates to fill in."""

from yiben.writers.tables.csv_file import write_csv
from yiben.writers.tables.parquet_file import write_parquet
from yiben.writers.tables.sheet_rows import TextTooLong
from yiben.writers.tables.template import template
from yiben.writers.tables.xlsx_file import write_xlsx

__all__ = ["TextTooLong", "template", "write_csv", "write_parquet", "write_xlsx"]
