"""What is shown when a page cannot be (错误页): refused, not found, failed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from yiben.web.words import say


def _for_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The person may not do this."""
    if _for_api(request):
        return JsonResponse({"detail": str(exception or "not allowed")}, status=403)
    return render(request, "refused.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page; strangers learn nothing about which pages exist."""
    if _for_api(request):
        return JsonResponse({"detail": "found no such address"}, status=404)
    return render(request, "not_found.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The request itself is broken."""
    if _for_api(request):
        return JsonResponse({"detail": "a request that cannot be understood"}, status=400)
    return HttpResponse(say("请求无法识别"), status=400, content_type="text/plain; charset=utf-8")


def failed(request: HttpRequest) -> HttpResponse:
    """Something unexpected happened; this page needs neither database nor language."""
    if _for_api(request):
        return JsonResponse({"detail": "the server failed; nothing was recorded"}, status=500)
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    return HttpResponse(render_to_string("failed.html", {"at": at}), status=500)


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came back without its token (跨站请求保护)."""
    return render(request, "csrf.html", {"reason": reason}, status=403)
