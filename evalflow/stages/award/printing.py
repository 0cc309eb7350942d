"""Certificates, and the results with every component."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.config import Config
from evalflow.documents import headline, in_words, labels, render
from evalflow.i18n import say
from evalflow.kinds.decision_words import (
    NOTHING,
    OF_POINTS,
    figure_words,
    not_ranked_words,
    passed_over_words,
    tie_words,
)
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.stages.award import queries
from evalflow.stages.award.models import Award
from evalflow.stages.award.queries import Results

WIDE = (1, 2)  # columns of the table: entry and branch


def documents(session: Session, stage: StageRow, *, config: Config, locale: str) -> dict[str, bytes]:
    """A certificate for every award, all of them in one, and the results; nothing before the awards are final."""
    if stage.phase != Phase.DONE:
        return {}
    awards = queries.awards(session, stage.id)
    found = {
        f"certificate-{one.entry.key}.pdf": certificates(session, stage, one, config=config, locale=locale)
        for one in awards
    }
    if awards:
        found["certificates.pdf"] = certificates(session, stage, config=config, locale=locale)
    return {
        **found,
        "results.pdf": results(session, stage, config=config, locale=locale),
    }


def certificates(session: Session, stage: StageRow, only: Award | None = None, *, config: Config, locale: str) -> bytes:
    """A page for each award, or for one of them, dated on the day of the ceremony."""
    options = queries.options_of(stage)
    numbers = numbered(stage, queries.awards(session, stage.id))
    return render(
        "certificate",
        {
            **_common("certificate", stage, config, locale),
            "title": options.certificate.title.to(locale),
            "organisation": options.certificate.issuer.to(locale) or config.site_name.get(locale, ""),
            "certificates": [
                _certificate(stage, award, number, config, locale) for award, number in numbers if only in (None, award)
            ],
        },
    )


def numbered(stage: StageRow, awards: Sequence[Award]) -> list[tuple[Award, str]]:
    """Each with a number of its own: that of its place, and where a place is shared one more."""
    places = [one.place for one in awards]
    told = []
    for at, one in enumerate(awards):
        among = f"-{places[: at + 1].count(one.place)}" if places.count(one.place) > 1 else ""
        told.append((one, f"{stage.season.key}-{one.place:02d}{among}"))
    return told


def _certificate(stage: StageRow, award: Award, number: str, config: Config, locale: str) -> dict[str, str]:
    options = queries.options_of(stage)
    tier = next((one.title.to(locale) for one in options.tier if one.key == award.tier), "")
    return {
        "recipient": award.entry.branch.name(locale),
        "citation": options.certificate.text.to(locale),
        "entry": award.entry.title,
        "award": " · ".join(part for part in (options.honour.to(locale), tier) if part),
        "number": number,
        "verify": f"{config.site_url}/s/{stage.season.key}" if config.site_url else "",
    }


def results(session: Session, stage: StageRow, *, config: Config, locale: str) -> bytes:
    """Every entry with every component, A4 across, with the checkpoint that covers the awards."""
    found = queries.results(session, stage)
    columns, rows = table(found, locale)
    texts = worded(found)
    return render(
        "results",
        {
            **_common("results", stage, config, locale),
            "title": headline(stage.season.title(locale), stage_of(stage).rule.title.to(locale), locale),
            "facts": [],
            "ranking": {
                "columns": [
                    {"label": label, "wide": index in WIDE} if index in texts else {"label": label, "numeric": True}
                    for index, label in enumerate(columns)
                ],
                "rows": [{"cells": row, "chosen": row[0].isdecimal()} for row in rows],
            },
            "notes": [*queries.afterwards(session, stage, locale), *notes(found, stage, locale)],
            "digest": stage.season.digest,
            "checkpoint": queries.checkpoint(session, stage),
        },
    )


def worded(found: Results) -> frozenset[int]:
    """Which columns of the table hold words; the others are numbers, or the sign for none."""
    return frozenset({*WIDE, 3} if found.tiers else WIDE)


def table(found: Results, locale: str) -> tuple[list[str], list[list[str]]]:
    """(headings, rows of text): place awarded, entry, branch, the tier where there are any, composite, place by
    ranking, every component.
    """
    columns = [
        say(locale, "Awarded place"),
        say(locale, "Entry"),
        say(locale, "Branch"),
        *([say(locale, "Tier")] if found.tiers else []),
        say(locale, "Composite"),
        say(locale, "Place in the ranking"),
        *(_heading(part.title.to(locale), part.weight) for part in found.components),
    ]
    rows = [
        [
            str(found.awarded.get(entry.key, say(locale, "struck") if entry.key in found.struck else NOTHING)),
            entry.title,
            entry.branch.name(locale),
            *([found.tiers[entry.key].to(locale) if entry.key in found.tiers else NOTHING] if found.tiers else []),
            figure_words(found.composite.get(entry.key), found.decimals),
            str(found.ranked.get(entry.key, NOTHING)),
            *(figure_words(part.points.get(entry.key), max(OF_POINTS, found.decimals)) for part in found.components),
        ]
        for entry in found.entries
    ]
    return columns, rows


def notes(found: Results, stage: StageRow, locale: str) -> list[str]:
    """How ties were broken, where the decision is not what the ranking says, who was kept out or passed over."""
    definition = definition_of(stage.season)
    ties = [tie_words(link, told, definition, locale) for link, told in found.ties]
    departures = [
        say(locale, "Decided otherwise than ranked: %(entry)s. Reason: %(reason)s", entry=entry, reason=reason)
        for entry, reason in found.deviations
    ]
    vetoed = [not_ranked_words(entry, barred, definition, locale) for entry, barred in found.vetoed]
    names = ("、" if locale.startswith("zh") else ", ").join(found.passed_over)
    passed = [passed_over_words(names, locale, has_budget=found.has_budget)] if names else []
    return [*ties, *departures, *vetoed, *passed]


def _heading(title: str, weight: int | None) -> str:
    return f"{title} {weight}%" if weight is not None else title


def _common(name: str, stage: StageRow, config: Config, locale: str) -> dict[str, object]:
    moment = stage.closed_at or stage.opened_at or stage.opens_at
    assert moment is not None
    day = zone.day_of(moment)
    return {
        "lang": locale,
        "labels": labels(name, locale),
        "organisation": config.site_name.get(locale, ""),
        "dated": day.isoformat(),
        "date_words": in_words(day, locale),
    }
