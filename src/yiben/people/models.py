"""Units, officers and duties as tables."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from yiben.people.roles import Role


class Unit(models.Model):
    """A unit (单位): a department, town, company or the bureau itself; units form a tree."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120, unique=True)
    name_en = models.CharField(max_length=200, blank=True, default="")
    kind = models.CharField(max_length=20, default="department")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OfficerManager(BaseUserManager["Officer"]):
    """Makes officers with a hashed password."""

    def create_officer(self, username: str, *, name: str, unit: Unit, password: str | None = None) -> Officer:
        """A new officer of `unit`; without a password nobody can sign in as them."""
        officer = self.model(username=username, name=name, unit=unit)
        officer.set_password(password)
        officer.save(using=self._db)
        return officer


class Officer(AbstractBaseUser):
    """A person who signs in (人员): belongs to one unit and holds duties."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="officers")
    phone = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=10, blank=True, default="")
    is_active = models.BooleanField(default=True)
    failed_sign_ins = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    objects = OfficerManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """One role that an officer holds for one unit and those below it (岗位)."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="duties")
    role = models.CharField(max_length=20, choices=[(role.value, role.label) for role in Role])
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["officer", "role", "unit"], name="duty_once")]


class AuditEvent(models.Model):
    """A sign-in, its failure, or a change of rights (审计记录); only ever added to."""

    at = models.DateTimeField()
    officer = models.CharField(max_length=60)
    event = models.CharField(max_length=40)
    detail = models.TextField(blank=True, default="")
    address = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ["-id"]


class ApiToken(models.Model):
    """A token by which a program speaks for an officer (接口令牌); only its digest is kept."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    # The actions that it was narrowed to, parted by spaces; empty is all that its officer may do.
    actions = models.CharField(max_length=200, blank=True, default="")
    used_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]


class SecondFactor(models.Model):
    """What a second factor is checked with (二次验证): a salt, the last step used, recovery digests."""

    officer = models.OneToOneField(Officer, on_delete=models.CASCADE, related_name="second_factor")
    salt = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    recovery = models.TextField(blank=True, default="[]")
