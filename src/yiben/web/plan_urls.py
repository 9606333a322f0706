"""The addresses of plans; taken in by urls.py with one line."""

from __future__ import annotations

from django.urls import path

from yiben.web.views import plan_pages, plans

urlpatterns = [
    path("scene/<slug:scene>/plans", plans.portfolio, name="plans"),
    path("scene/<slug:scene>/plans/nodes", plans.nodes, name="plans-nodes"),
    path("scene/<slug:scene>/plans/nodes.xlsx", plans.nodes_file, name="plans-nodes-file"),
    path("scene/<slug:scene>/plans/freeze", plans.freeze, name="plans-freeze"),
    path("scene/<slug:scene>/subject/<key:key>/plan", plan_pages.plan, name="plan"),
    path("scene/<slug:scene>/subject/<key:key>/plan/change", plan_pages.change, name="plan-change"),
    path("scene/<slug:scene>/subject/<key:key>/plan/schedule", plan_pages.schedule, name="plan-schedule"),
    path("scene/<slug:scene>/subject/<key:key>/plan/answer", plan_pages.answer, name="plan-answer"),
    path("scene/<slug:scene>/subject/<key:key>/plan/freeze", plan_pages.freeze, name="plan-freeze"),
    path("scene/<slug:scene>/subject/<key:key>/plan/file/<slug:kind>", plan_pages.file, name="plan-file"),
    path("scene/<slug:scene>/subject/<key:key>/plan/import", plan_pages.take_in, name="plan-import"),
    path(
        "scene/<slug:scene>/subject/<key:key>/plan/import/<slug:token>",
        plan_pages.confirm,
        name="plan-import-confirm",
    ),
]
