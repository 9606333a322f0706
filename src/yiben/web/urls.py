"""Every address of the site; a view without a door is closed (see doors.py)."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, register_converter

from yiben.web.addresses import KeyConverter
from yiben.web.api.routes import api_patterns
from yiben.web.doors import public
from yiben.web.views import (
    audit,
    boards,
    bulk,
    cockpit,
    contest,
    documents,
    edit,
    exports,
    filing,
    imports,
    people,
    reports,
    scene_list,
    scenes,
    sign_in,
    subject,
    webhooks,
)

register_converter(KeyConverter, "key")


@public
def health(request: HttpRequest) -> HttpResponse:
    """Whether the site answers at all."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("health", health, name="health"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/code", sign_in.sign_in_code, name="sign-in-code"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("language", sign_in.language, name="language"),
    path("account", sign_in.account, name="account"),
    path("account/second", people.second, name="second"),
    path("account/tokens", people.make_token, name="token-make"),
    path("account/tokens/<int:token>/end", people.end_token, name="token-end"),
    path("", cockpit.home, name="home"),
    path("scene/<slug:scene>/", scene_list.scene_list, name="list"),
    path("scene/<slug:scene>/cockpit", cockpit.cockpit, name="cockpit"),
    path("scene/<slug:scene>/screen", cockpit.screen, name="screen"),
    path("scene/<slug:scene>/bulk", bulk.bulk, name="bulk"),
    path("scene/<slug:scene>/new", edit.new, name="new"),
    path("scene/<slug:scene>/subject/<key:key>", subject.subject_page, name="subject"),
    path("scene/<slug:scene>/subject/<key:key>/edit", edit.edit, name="edit"),
    path("scene/<slug:scene>/subject/<key:key>/withdraw", edit.withdraw, name="withdraw"),
    path("scene/<slug:scene>/subject/<key:key>/fact/<slug:name>", subject.fact_page, name="fact"),
    path("scene/<slug:scene>/filing", filing.filing, name="filing"),
    path("", include("yiben.web.case_urls")),
    path("", include("yiben.web.plan_urls")),
    path("", include("yiben.web.account_urls")),
    path("scene/<slug:scene>/contest", contest.contest, name="contest"),
    path("scene/<slug:scene>/contest/call", contest.call, name="contest-call"),
    path("scene/<slug:scene>/boards", boards.boards, name="boards"),
    path("scene/<slug:scene>/board/<slug:name>", boards.board, name="board"),
    path("scene/<slug:scene>/board/<slug:name>/publish", boards.publish, name="publish"),
    path("scene/<slug:scene>/export/<slug:kind>", exports.export, name="export"),
    path("scene/<slug:scene>/template.xlsx", imports.template, name="template"),
    path("scene/<slug:scene>/import", imports.import_page, name="import"),
    path("scene/<slug:scene>/import/<slug:token>", imports.confirm, name="import-confirm"),
    path("scene/<slug:scene>/import/<slug:token>/corrected.xlsx", imports.corrected, name="import-corrected"),
    *documents.document_patterns(),
    path("scenes", scenes.scenes, name="scenes"),
    path("scenes/install", scenes.install, name="install"),
    path("scenes/<slug:scene>", scenes.scene, name="scene"),
    path("units", people.units, name="units"),
    path("units/add", people.add_unit, name="unit-add"),
    path("officers/add", people.add_officer, name="officer-add"),
    path("officers/<key:username>", people.change_officer, name="officer-change"),
    path("webhooks", webhooks.webhooks, name="webhooks"),
    path("webhooks/add", webhooks.webhook_add, name="webhook-add"),
    path("webhooks/<int:webhook>/end", webhooks.webhook_end, name="webhook-end"),
    path("reports", reports.reports, name="reports"),
    path("reports/<slug:digest>", reports.report, name="report"),
    path("reports/<slug:digest>/review", reports.review, name="report-review"),
    path("audit", audit.audit, name="audit"),
    path("audit/verify", audit.run_verify, name="verify"),
    path("audit/seal", audit.run_seal, name="seal"),
    path("api/v1/", include((api_patterns(), "ninja"), namespace="api")),
    path("transaction/<int:number>", audit.transaction, name="transaction"),
]
handler400 = "yiben.web.views.errors.bad_request"
handler403 = "yiben.web.views.errors.refused"
handler404 = "yiben.web.views.errors.not_found"
handler500 = "yiben.web.views.errors.failed"
