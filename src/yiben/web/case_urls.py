"""The addresses of filing, cases and inspections; taken in by urls.py with one line."""

from __future__ import annotations

from django.urls import path

from yiben.web.views import cases, inspections, photos, verify, work

urlpatterns = [
    path("work", work.my_work, name="work"),
    path("draft", verify.draft, name="draft"),
    path("scene/<slug:scene>/filing/verify", verify.verify_page, name="filing-verify"),
    path("scene/<slug:scene>/subject/<key:key>/photos", photos.photos, name="photos"),
    path("scene/<slug:scene>/subject/<key:key>/photos/remove", photos.photo_remove, name="photo-remove"),
    path("scene/<slug:scene>/subject/<key:key>/file/<slug:digest>", photos.stored_file, name="stored-file"),
    path("scene/<slug:scene>/cases", cases.case_list, name="cases"),
    path("scene/<slug:scene>/cases/open", cases.open_findings, name="cases-open"),
    path("scene/<slug:scene>/cases/escalate", cases.escalate_all, name="cases-escalate"),
    path("scene/<slug:scene>/cases/new", inspections.slips_new, name="slips-new"),
    path("scene/<slug:scene>/inspections", inspections.inspection_list, name="inspections"),
    path("scene/<slug:scene>/inspections/<key:slot>", inspections.inspection_page, name="inspection"),
    path("scene/<slug:scene>/subject/<key:key>/case/<key:slot>", cases.case_page, name="case"),
    path("scene/<slug:scene>/subject/<key:key>/case/<key:slot>/<slug:do>", cases.case_step, name="case-step"),
]
