"""What is kept beside the ledger: drafts, which are not facts yet (草稿), and subscriptions (推送)."""

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


class Webhook(models.Model):
    """A subscription (推送订阅): to which address what is told, in which form, signed with what."""

    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    form = models.CharField(max_length=10, default="json")
    # Which events, parted by spaces, and of which scene; an empty scene is every one.
    events = models.CharField(max_length=100)
    scene = models.CharField(max_length=48, blank=True, default="")
    salt = models.CharField(max_length=64)
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]


class Delivery(models.Model):
    """One event for one subscription (推送记录): what is sent, how often it was tried, what came back."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    body = models.TextField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(db_index=True)
    answer = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["-id"]
