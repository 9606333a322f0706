"""What is kept beside the ledger: drafts, which are not facts yet (草稿)."""

from __future__ import annotations

from django.db import models


class Draft(models.Model):
    """What an officer has typed into one form and not yet sent; goes when it is sent."""

    officer = models.CharField(max_length=60)
    key = models.CharField(max_length=300)
    values = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "key"], name="draft_once")]
