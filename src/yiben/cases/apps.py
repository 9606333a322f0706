"""The Django app of cases/."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """The app's name for Django."""

    name = "yiben.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
