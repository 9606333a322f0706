"""The addresses of accounts, allocation and appraisal; taken in by urls.py with one line."""

from __future__ import annotations

from django.urls import path

from yiben.web.views import accounts, allocation, appraisal

urlpatterns = [
    path("accounts/", accounts.overview, name="accounts"),
    path("accounts/<slug:scene>/", accounts.scene_accounts, name="accounts-scene"),
    path("accounts/<slug:scene>/new-move", accounts.new_move, name="accounts-move"),
    path("accounts/<slug:scene>/<slug:name>", accounts.account_page, name="accounts-account"),
    path("allocation", allocation.allocation, name="allocation"),
    path("allocation/accept", allocation.accept_answer, name="allocation-accept"),
    path("scene/<slug:scene>/subject/<key:key>/appraisal", appraisal.appraisal, name="appraisal"),
    path("scene/<slug:scene>/subject/<key:key>/appraisal/answer", appraisal.answer, name="appraisal-answer"),
    path(
        "scene/<slug:scene>/subject/<key:key>/appraisal/print", appraisal.print_page, name="appraisal-print"
    ),
    path("scene/<slug:scene>/subject/<key:key>/appraisal/keep", appraisal.keep, name="appraisal-keep"),
    path(
        "scene/<slug:scene>/subject/<key:key>/appraisal/kept/<slug:day>",
        appraisal.kept_page,
        name="appraisal-kept",
    ),
]
