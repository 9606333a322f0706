"""The Django app of ledger/."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Entries, transactions, books and seals."""

    name = "yiben.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
