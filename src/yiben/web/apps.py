"""The Django app of web/."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app's name for Django."""

    name = "yiben.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
