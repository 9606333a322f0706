"""Getting ready before the first visitor comes (预热): pages imported, colours judged, columns made.

Called once by each process that serves the site, never by commands or tests. What takes time goes
on behind; a visitor who is faster than it waits for what they asked, as they would have anyway.
"""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError
from django.template.loader import get_template
from django.urls import get_resolver

from yiben.kernel.problems import Refused
from yiben.web.behind import start_behind
from yiben.web.judged import judged
from yiben.web.quick import quick_of
from yiben.web.scenes_here import all_packs, month_asked

TEMPLATES = ("cockpit.html", "scene_list.html", "subject.html", "cases/work.html", "sign_in.html")

_log = logging.getLogger(__name__)


def warm_up() -> threading.Thread:
    """Import every page now; judge each scene's month and lay out large scenes behind."""
    assert get_resolver().url_patterns, "the site has no pages"
    return start_behind(_behind, name="warming up", gives_way=False)


def _behind() -> None:
    try:
        for name in TEMPLATES:
            get_template(name)
        for pack in all_packs().values():
            judged(pack, month=month_asked("", scene=pack.name))
            quick_of(pack)
    except (DatabaseError, Refused) as error:
        # No ledger yet, or one that is being restored: pages say so themselves.
        _log.warning("not warmed up: %s", error)
