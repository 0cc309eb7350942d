"""What minutes say of any meeting: who came to which sitting, who stepped back, how every motion was voted on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import SYSTEM, Actor, Grant, Role
from evalflow.config import Config
from evalflow.documents import headline, in_words, labels
from evalflow.i18n import N_, say
from evalflow.kinds import meeting
from evalflow.meetings import queries
from evalflow.meetings.models import Attendance, Motion, Sitting
from evalflow.seasons import taking_back
from evalflow.seasons.models import StageRow
from evalflow.seasons.rules import stage_of

KEEPER = Actor(None, "", SYSTEM.office, grants=frozenset({Grant(Role.ORGANISER)}))  # minutes hide nothing
NO_NOTES: Mapping[int, str] = MappingProxyType({})
RESULTS = {
    "carried": N_("carried"),
    "rejected": N_("not carried"),
    "inquorate": N_("no quorum"),
    "annulled": N_("annulled"),
}


def frame(
    session: Session,
    stage: StageRow,
    motions: Sequence[Motion],
    *,
    subjects: Mapping[str, str],
    entries: Mapping[str, str],
    notes: Mapping[int, str] = NO_NOTES,
    config: Config,
    locale: str,
) -> dict[str, object]:
    """The document "minutes" without ranking, deviations and ties; attendance and signatures are of the last sitting.

    motions: those the reader may see. subjects: {what a motion is about: its title, a message id}. entries: {key:
    title}. notes: {motion: what it says beyond its subject}. Earlier sittings have a line each.
    """
    held = queries.sittings(session, stage.id)
    there = queries.attendance(session, stage.id)
    last = [one for one in there if one.sitting == len(held)]
    names = {one.person_id: one.person.name for one in there}
    colon = _colon(locale)
    day = zone.local(_moment(held[-1] if held else None, stage))
    return {
        "lang": locale,
        "labels": labels("minutes", locale),
        "title": headline(stage.season.title(locale), stage_of(stage).rule.title.to(locale), locale),
        "organisation": config.site_name.get(locale, ""),
        "dated": day.date().isoformat(),
        "date_words": in_words(day.date(), locale),
        "held_at": _written(day, locale),
        "place": held[-1].venue if held else "",
        "chair": "",
        "teller": "",
        "entitled": str(len(last)),
        "present": str(sum(one.is_present for one in last)),
        "absent": join((one.person.name for one in last if not one.is_present), locale),
        "sittings": [_sitting(one, there, stage, config=config, locale=locale) for one in held[:-1]],
        "recusals": [
            *(f"{names[one.person_id]}{colon}{one.entry.title}" for one in queries.recusals(session, stage.id)),
            *_rejoined(session, stage, entries, {one.office: one.person.name for one in there}, locale),
        ],
        "motions": [
            _motion(one, subjects, entries, notes.get(one.number, ""), tells_sitting=len(held) > 1, locale=locale)
            for one in motions
        ],
        "signatures": [one.person.name for one in last if one.is_present],
        "digest": stage.season.digest,
    }


def _rejoined(
    session: Session, stage: StageRow, entries: Mapping[str, str], names: Mapping[str, str], locale: str
) -> list[str]:
    """Recusals that were taken back, with their reasons; of entries that the reader may see."""
    found = []
    for one in taking_back.of_stage(session, stage.id, "recusal"):
        _, entry, office = one.about.split(":")
        if entry in entries:
            told = N_("%(name)s: %(entry)s (taken back: %(reason)s)")
            found.append(say(locale, told, name=names[office], entry=entries[entry], reason=one.reason))
    return found


def about_words(motion: Motion, subjects: Mapping[str, str], entries: Mapping[str, str], locale: str) -> str:
    """What a motion is about, in one line."""
    title = say(locale, subjects[meeting.subject_of(motion.about)])
    about = " > ".join(entries[key] for key in meeting.entries_of(motion.about))
    return f"{title}{_colon(locale)}{about}" if about else title


def annulments(session: Session, stage: StageRow, locale: str) -> dict[int, str]:
    """{number of a motion: why it was annulled}, as notes of `frame`."""
    said = N_("annulled: %(reason)s")
    rows = queries.annulments(session, stage.id).items()
    return {number: say(locale, said, reason=one.reason) for number, (one,) in rows}


def join(names: Iterable[str], locale: str) -> str:
    return ("、" if locale.startswith("zh") else ", ").join(names)


def _colon(locale: str) -> str:
    return "：" if locale.startswith("zh") else ": "


def _moment(sitting: Sitting | None, stage: StageRow) -> datetime:
    moment = (sitting.held_at if sitting else None) or stage.opened_at or stage.opens_at
    assert moment is not None
    return moment


def _written(day: datetime, locale: str) -> str:
    return f"{in_words(day.date(), locale)}{' ' if locale.startswith('zh') else ', '}{day:%H:%M}"


def _sitting(sitting: Sitting, there: Sequence[Attendance], stage: StageRow, *, config: Config, locale: str) -> str:
    came = [one for one in there if one.sitting == sitting.number]
    present = sum(one.is_present for one in came)
    is_quorate = present >= queries.needed(stage, len(came))
    told = say(
        locale,
        N_("Sitting %(number)s, %(moment)s: %(present)s of %(entitled)s present")
        if is_quorate
        else N_("Sitting %(number)s, %(moment)s: %(present)s of %(entitled)s present, no quorum"),
        number=sitting.number,
        moment=_written(zone.local(_moment(sitting, stage)), locale),
        present=present,
        entitled=len(came),
    )
    return join([told, sitting.venue], locale) if sitting.venue else told


def _motion(
    motion: Motion,
    subjects: Mapping[str, str],
    entries: Mapping[str, str],
    note: str,
    *,
    tells_sitting: bool,
    locale: str,
) -> dict[str, object]:
    title = say(locale, subjects[meeting.subject_of(motion.about)])
    about = " > ".join(entries[key] for key in meeting.entries_of(motion.about))
    if tells_sitting:
        title = say(locale, "Sitting %(number)s: %(title)s", number=motion.sitting, title=title)
    return {
        "title": title,
        "text": ("；" if locale.startswith("zh") else "; ").join(part for part in (about, note) if part),
        "votes": [
            [say(locale, "Ayes"), str(motion.ayes)],
            [say(locale, "Noes"), str(motion.noes)],
            [say(locale, "Abstentions"), str(motion.abstentions)],
            [say(locale, "Entitled"), str(motion.entitled)],
            [say(locale, "Present"), str(motion.present)],
            [say(locale, "Recused"), str(motion.recused)],
        ],
        "result": say(locale, RESULTS[motion.result]),
        "carried": motion.result == "carried",
    }
