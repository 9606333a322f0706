"""yiben webhooks: subscriptions to findings, cases and publications, and their deliveries."""

from __future__ import annotations

import click

from yiben.cli.desk import FORMATS, asking, now, refuse, show, start
from yiben.kernel.problems import Refused


@click.group()
def webhooks() -> None:
    """Subscriptions: list, add, end, send what is due, and the log. Hosts are listed in YIBEN_WEBHOOKS."""


@webhooks.command("list")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def list_(form: str) -> None:
    """The subscriptions that stand."""
    start()
    from yiben.cases.models import Webhook
    from yiben.cases.webhooks import shown_url

    kept = ("name", "form", "events", "scene", "made_by")
    rows = [
        {"webhook": one.pk, "url": shown_url(one.url)} | {name: getattr(one, name) for name in kept}
        for one in Webhook.objects.filter(ended_at=None)
    ]
    show(rows, form=form)


@webhooks.command()
@click.argument("name")
@click.argument("url")
@click.option(
    "--event", "events", multiple=True, required=True, help="finding, case or publication; again for more."
)
@click.option("--form", default="", help="json, dingtalk, wecom or feishu; else by the host.")
@click.option("--scene", default="", help="Only this scene.")
@click.option("--as", "officer", help="Do it as this officer.")
def add(name: str, url: str, events: tuple[str, ...], form: str, scene: str, officer: str | None) -> None:
    """Subscribe an address; prints the secret of its signatures, once."""
    start()
    from yiben.cases.webhooks import add_webhook

    try:
        made, secret = add_webhook(
            name, url=url, events=events, form=form, scene=scene, by=asking(officer), at=now()
        )
    except Refused as error:
        refuse(error)
    click.echo(f"subscription {made.pk}; secret {secret}")


@webhooks.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@click.option("--as", "officer", help="Do it as this officer.")
def end(number: int, officer: str | None) -> None:
    """End a subscription."""
    start()
    from yiben.cases.webhooks import end_webhook

    try:
        end_webhook(number, by=asking(officer), at=now())
    except Refused as error:
        refuse(error)
    click.echo(f"subscription {number} ended")


@webhooks.command()
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def send(form: str) -> None:
    """Send what is due; run it by a timer where the site's own tries are not enough."""
    start()
    from yiben.cases.webhooks import send_due

    show([send_due(at=now())], form=form)


@webhooks.command()
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 5_000))
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
def log(most: int, form: str) -> None:
    """What was sent, newest first."""
    start()
    from yiben.cases.models import Delivery

    kept = ("webhook_id", "event", "made_at", "state", "attempts", "next_at", "answer")
    show([{name: getattr(one, name) for name in kept} for one in Delivery.objects.all()[:most]], form=form)
