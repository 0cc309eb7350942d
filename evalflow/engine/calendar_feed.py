"""A person's calendar as a feed (iCalendar, RFC 5545).

The address is the key: no cookie is asked for, and whoever has the address reads. It can be renewed and revoked.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, url_for
from icalendar import Calendar, Event

from evalflow import zone
from evalflow.access import Permission
from evalflow.engine.calendars import Appointment, appointments
from evalflow.people import feeds
from evalflow.web.addresses import in_full
from evalflow.web.current import config, database, now
from evalflow.web.guard import guarded

blueprint = Blueprint("calendar", __name__)
PRODUCT = "-//evalflow//calendar//EN"
EVERY = timedelta(hours=2)  # how often calendars are asked to look again


@blueprint.get("/calendar/<token>.ics")
@guarded(Permission.SEE_PUBLIC)
def feed(token: str) -> Response:
    """Unknown and revoked addresses are not found alike."""
    with database().reading() as session:
        reader = feeds.reader_of(session, token)
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", config().site_name.get(reader.locale, "evalflow"))
        calendar.add("x-wr-timezone", str(zone.here()))
        calendar.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
        for appointment in appointments(session, reader, now()):
            calendar.add_component(_event(appointment))
    answer = Response(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _event(appointment: Appointment) -> Event:
    """Moments in UTC: every calendar shows them in its own zone. It blocks no time: people are not away."""
    event = Event()
    event.add("uid", f"{appointment.key}@{config().log_origin.replace('/', '.')}")
    event.add("dtstamp", now())
    event.add("summary", appointment.title)
    event.add("dtstart", _written(appointment.starts))
    if appointment.ends is not None:
        event.add("dtend", _written(appointment.ends))
    if appointment.told:
        event.add("description", appointment.told)
    event.add("status", "TENTATIVE" if appointment.is_about else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    if appointment.place:
        event.add("location", appointment.place)
    endpoint, values = appointment.page
    address = in_full(url_for(endpoint, **dict[str, Any](values)))
    if address:
        event.add("url", address)
    return event


def _written(when: date | datetime) -> date | datetime:
    return when.astimezone(UTC) if isinstance(when, datetime) else when
