"""Yiben (一本账): one ledger for the work of a county's development-and-reform bureau."""

__version__ = "0.1.0"
