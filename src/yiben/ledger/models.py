"""The journal's tables (账). They are only ever added to: database triggers refuse all else."""

from __future__ import annotations

from django.db import models


class Transaction(models.Model):
    """The entries stated together (笔): who, for which unit, when, by which way, why.

    `id` runs without gaps; `digest` commits to the header, the entries and the transaction
    before, so that the whole journal is one chain.
    """

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField(db_index=True)
    officer = models.CharField(max_length=60)
    unit = models.CharField(max_length=40)
    way = models.CharField(max_length=10)
    why = models.TextField(blank=True, default="")
    scene = models.CharField(max_length=48, db_index=True)
    pack_version = models.IntegerField()
    source = models.CharField(max_length=300, blank=True, default="")
    first_entry = models.BigIntegerField()
    entry_count = models.IntegerField()
    entries_root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)


class Entry(models.Model):
    """What was stated about one subject (记录), at one period or node: a few named facts.

    `facts` is canonical JSON; a fact is found by its entry and its name. `leaf` is the hash of
    the entry in the transaction's Merkle tree.
    """

    id = models.BigAutoField(primary_key=True)
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, db_constraint=False, related_name="entries"
    )
    scene = models.CharField(max_length=48)
    subject = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    slot = models.CharField(max_length=80, blank=True, default="")
    facts = models.TextField()
    leaf = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["scene", "subject"], name="entry_by_subject")]


class Seal(models.Model):
    """A month's closing (封账): the Merkle root over all transactions so far, chained."""

    id = models.BigAutoField(primary_key=True)
    month = models.CharField(max_length=7, db_index=True)
    sealed_at = models.DateTimeField()
    officer = models.CharField(max_length=60)
    transaction_count = models.BigIntegerField()
    entry_count = models.BigIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)


class Attachment(models.Model):
    """A stored file (附件), found by the SHA-256 of its bytes."""

    digest = models.CharField(max_length=64, primary_key=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=255)
    stored_at = models.DateTimeField()
    officer = models.CharField(max_length=60)


class PackVersion(models.Model):
    """One version of a pack as it was installed (场景包版本); old entries keep the one they used."""

    scene = models.CharField(max_length=48)
    version = models.IntegerField()
    source = models.TextField()
    digest = models.CharField(max_length=64)
    installed_at = models.DateTimeField()
    officer = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scene", "version"], name="pack_version_once")]


class NodeVersion(models.Model):
    """A projection: a subject's node as known from one transaction to another (节点)."""

    row_id = models.BigAutoField(primary_key=True)
    scene = models.CharField(max_length=48)
    subject = models.CharField(max_length=200)
    node = models.CharField(max_length=48)
    planned_on = models.DateField(null=True)
    forecast_on = models.DateField(null=True)
    actual_on = models.DateField(null=True)
    reason = models.TextField(blank=True, default="")
    recorded_from = models.BigIntegerField()
    recorded_to = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scene", "subject", "node"],
                condition=models.Q(recorded_to__isnull=True),
                name="node_now_once",
            )
        ]


class MarkVersion(models.Model):
    """A projection: anything else stated about a subject (标注): exemption, filing, board …"""

    row_id = models.BigAutoField(primary_key=True)
    scene = models.CharField(max_length=48)
    subject = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    slot = models.CharField(max_length=80, blank=True, default="")
    facts = models.TextField()
    recorded_from = models.BigIntegerField()
    recorded_to = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scene", "subject", "kind", "slot"],
                condition=models.Q(recorded_to__isnull=True),
                name="mark_now_once",
            )
        ]
        indexes = [models.Index(fields=["scene", "kind"], name="mark_by_kind")]


class MoveRow(models.Model):
    """A projection: one recorded move (收支) of an amount, kept in whole millionths.

    A move is never changed or taken back, only balanced by another; so there is one version.
    """

    row_id = models.BigAutoField(primary_key=True)
    scene = models.CharField(max_length=48)
    slot = models.CharField(max_length=80)
    way = models.CharField(max_length=48)
    source = models.CharField(max_length=48)
    target = models.CharField(max_length=48)
    quantity = models.CharField(max_length=48)
    source_subject = models.CharField(max_length=200, blank=True, default="")
    target_subject = models.CharField(max_length=200, blank=True, default="")
    day = models.DateField()
    amount = models.BigIntegerField()
    document = models.CharField(max_length=200)
    part = models.CharField(max_length=80, blank=True, default="")
    why = models.TextField(blank=True, default="")
    approver = models.CharField(max_length=80, blank=True, default="")
    recorded_from = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scene", "slot"], name="move_once")]
        indexes = [
            models.Index(fields=["scene", "source", "source_subject"], name="move_by_source"),
            models.Index(fields=["scene", "target", "target_subject"], name="move_by_target"),
        ]


class Incoming(models.Model):
    """A file on its way in (导入批次): kept until it is wholly recorded, so that it can be resumed."""

    scene = models.CharField(max_length=48)
    attachment = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    options = models.TextField(default="{}")
    officer = models.CharField(max_length=60)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="received")
    transaction = models.BigIntegerField(null=True)
