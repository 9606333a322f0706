"""The Django app of people/."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Units, officers and their duties."""

    name = "yiben.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
