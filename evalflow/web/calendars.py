"""A person's calendar as a feed (iCalendar, RFC 5545): stages of the seasons that run, and what they have to do.

The address is the key: no cookie is asked for, and whoever has the address reads. It can be renewed and revoked.
"""

from collections.abc import Iterator
from datetime import datetime

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _
from icalendar import Calendar, Event
from werkzeug.wrappers import Response as Answer

from evalflow.access import Actor, Permission
from evalflow.i18n import say
from evalflow.people import feeds
from evalflow.seasons import queries
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.web import account
from evalflow.web.current import actor, database, now, site, writing
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint

PRODUCT = "-//evalflow//calendar//EN"


@blueprint.get("/calendar/<token>.ics")
@guarded(Permission.SEE_PUBLIC)
def calendar_feed(token: str) -> Response:
    """Unknown and revoked addresses are not found alike."""
    with database().reading() as session:
        reader = feeds.reader_of(session, token)
        feed = Calendar()
        feed.add("prodid", PRODUCT)
        feed.add("version", "2.0")
        feed.add("x-wr-calname", site().config.site_name.get(reader.locale, "evalflow"))
        for season in queries.seasons(session):
            if season.cancelled_at is None:
                for event in _of_season(season, reader):
                    feed.add_component(event)
                for stage in season.stages:
                    if stage.phase != Phase.DONE:
                        for task in site().tasks(session, stage, reader, now()):
                            if task.due is not None and not task.is_done:
                                feed.add_component(_due(task, reader))
    answer = Response(feed.to_ical(), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _of_season(season: Season, reader: Actor) -> Iterator[Event]:
    """The window of every stage that is not over and has one."""
    for stage in season.stages:
        if stage.phase != Phase.DONE and stage.opens_at is not None:
            name = stage_of(stage).rule.title.to(reader.locale)
            yield _event(f"stage-{stage.id}", f"{season.title(reader.locale)} · {name}", stage.opens_at, stage)


def _event(uid: str, summary: str, starts: datetime, stage: StageRow, ends: datetime | None = None) -> Event:
    event = Event()
    event.add("uid", f"{uid}@evalflow")
    event.add("dtstamp", now())
    event.add("summary", summary)
    event.add("dtstart", starts)
    event.add("dtend", ends or stage.closes_at or starts)
    event.add("url", url_for("web.season", season_key=stage.season.key, _external=True))
    return event


def _due(task: Task, reader: Actor) -> Event:
    """A moment: when it has to be done by. The same task keeps its UID, so that calendars move it."""
    assert task.due is not None
    detail = f"：{task.detail}" if task.detail and reader.locale.startswith("zh") else f": {task.detail}"
    summary = say(reader.locale, task.title) + (detail if task.detail else "")
    which = "-".join([str(task.stage.id), task.endpoint, *(value for _name, value in task.args)])
    return _event(f"task-{which}", summary, task.due, task.stage, task.due)


@blueprint.post("/account/calendar")
@guarded(Permission.USE_ACCOUNT)
def renew_calendar() -> str:
    """The page once with the new address: it is told only here."""
    with writing() as session:
        token = feeds.renew(session, actor=actor(), now=now())
    address = url_for("web.calendar_feed", token=token, _external=True)
    return account.page(account.PasswordForm(formdata=None), calendar=address)


@blueprint.post("/account/calendar/revoke")
@guarded(Permission.USE_ACCOUNT)
def revoke_calendar() -> Answer:
    with writing() as session:
        feeds.revoke(session, actor=actor(), now=now())
    flash(_("The calendar's address is revoked."))
    return redirect(url_for("web.account"))
