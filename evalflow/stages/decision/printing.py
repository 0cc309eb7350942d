"""The minutes of the meeting."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.config import Config
from evalflow.documents import render
from evalflow.i18n import N_, say
from evalflow.kinds import decision
from evalflow.kinds.decision import NOBODY
from evalflow.kinds.decision_words import OF_POINTS, figure_words, not_ranked_words, passed_over_words, tie_words
from evalflow.meetings import queries as meetings
from evalflow.meetings.minutes import KEEPER, about_words, annulments, frame, join
from evalflow.seasons.models import Entry, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.stages.decision import queries
from evalflow.stages.decision.dossier import Dossier, Rank, dossier

SUBJECTS = {
    "award": N_("To be awarded"),
    "tie": N_("Order of tied entries"),
    NOBODY: N_("That nobody is awarded"),
}


def documents(session: Session, stage: StageRow, *, config: Config, locale: str) -> dict[str, bytes]:
    """The minutes, once there is a meeting."""
    if meetings.meeting(session, stage.id) is None:
        return {}
    return {"minutes.pdf": minutes(session, stage, KEEPER, config=config, locale=locale)}


def minutes(session: Session, stage: StageRow, reader: Actor, *, config: Config, locale: str) -> bytes:
    """The minutes as a PDF, in the reader's copy."""
    return render("minutes", written(session, stage, reader, config=config, locale=locale))


def written(session: Session, stage: StageRow, reader: Actor, *, config: Config, locale: str) -> dict[str, object]:
    """Attendance, recusals, every division with its base, the ranking, deviations, ties, room for signatures.

    A reader who stepped back from entries gets a copy without their points and divisions that says so.
    """
    read = dossier(session, stage, reader)
    names = {one.entry.key: one.entry for one in read.ranking}
    titles = {key: entry.title for key, entry in names.items()}
    return {
        **frame(
            session,
            stage,
            read.motions,
            subjects=SUBJECTS,
            entries=titles,
            notes=annulments(session, stage, locale),
            config=config,
            locale=locale,
        ),
        "ranking": _ranking(read, stage, locale),
        "deviations": _deviations(session, stage, names),
        "ties": ties(read, stage, locale),
    }


def motion_words(read: Dossier, locale: str) -> dict[int, str]:
    """{number of a motion: what it is about}."""
    titles = {one.entry.key: one.entry.title for one in read.ranking}
    return {one.number: about_words(one, SUBJECTS, titles, locale) for one in read.motions}


def ties(read: Dossier, stage: StageRow, locale: str) -> list[str]:
    """How each tie was broken."""
    definition = definition_of(stage.season)
    return [tie_words(one.link, one.told, definition, locale) for one in read.ties]


def left_out(read: Dossier, stage: StageRow, locale: str) -> list[str]:
    """Why entries are not ranked, are passed over, or have no points."""
    definition = definition_of(stage.season)
    told = [not_ranked_words(title, one, definition, locale) for title, one in read.barred]
    if names := join((entry.title for entry in read.passed_over), locale):
        told.append(passed_over_words(names, locale, has_budget=read.has_budget))
    if names := join((entry.title for entry in read.unworkable), locale):
        told.append(say(locale, "Without points, because their targets contradict each other: %(names)s.", names=names))
    return told


def _ranking(read: Dossier, stage: StageRow, locale: str) -> dict[str, object]:
    hides, has_tiers = any(one.is_hidden for one in read.ranking), any(one.tier for one in read.ranking)
    heads = [one.title.to(locale) + (f" {one.weight}%" if one.weight is not None else "") for one in read.columns]
    return {
        "columns": [
            {"label": say(locale, "Ranking"), "numeric": True},
            {"label": say(locale, "Entry"), "wide": True},
            *({"label": head, "numeric": True} for head in heads),
            {"label": say(locale, "Composite"), "numeric": True},
            {"label": say(locale, "Decided"), "numeric": True},
            *([{"label": say(locale, "Tier")}] if has_tiers else []),
        ],
        "rows": [
            {"cells": [*_cells(one, read.decimals), *([_tier(one, locale)] if has_tiers else [])]}
            for one in read.ranking
        ],
        "note": " ".join(
            [
                *([say(locale, "This copy leaves out what its reader stepped back from.")] if hides else []),
                *left_out(read, stage, locale),
            ]
        ),
    }


def _cells(one: Rank, decimals: int) -> list[str]:
    decided = str(one.decided.place) if one.decided and one.decided.place else "–"
    if one.is_hidden:
        return ["–", one.entry.title, *("–" for _ in one.points), "–", decided]
    points = [figure_words(value, max(OF_POINTS, decimals)) for value in one.points]
    return [str(one.place or "–"), one.entry.title, *points, figure_words(one.composite, decimals), decided]


def _tier(one: Rank, locale: str) -> str:
    """Of the place decided."""
    return one.tier.to(locale) if one.tier and one.decided and one.decided.place else "–"


def _deviations(session: Session, stage: StageRow, names: Mapping[str, Entry]) -> list[dict[str, str]]:
    lines = queries.decided(session, stage.id)
    choices = tuple(decision.Choice(one.entry.key, one.place, one.reason, 0) for one in lines)
    found = decision.deviations(queries.standing(session, stage), choices) if choices else ()
    return [{"entry": names[one.entry].title, "reason": one.reason} for one in found]
