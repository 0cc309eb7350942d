"""The notice on paper: what the page says, with the log's checkpoint, as values of the document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evalflow.documents import headline, in_words, labels
from evalflow.i18n import N_, Text, say
from evalflow.seasons.models import StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.stages.notice.period import Period
from evalflow.stages.notice.queries import Proposed, has_committee, options_of


@dataclass(frozen=True)
class Usual:
    """What a notice says that has no words of its own: of those put forward, and where there are none."""

    somebody: str
    nobody: str


BY_COMMITTEE = Usual(
    N_("By decision of the committee, the awards below are proposed and made public herewith."),
    N_("By decision of the committee nobody is awarded this time, which is made public herewith."),
)
BY_RANKING = Usual(
    N_("By the rules of this season, the awards below are proposed and made public herewith."),
    N_("Nobody is awarded this time, which is made public herewith."),
)


@dataclass(frozen=True)
class Notice:
    """What stands on a notice. checkpoint: the signed note, address: where to object; each "" where there is none.

    afterwards: who was struck and who moved up, once that is known.
    """

    stage: StageRow
    proposed: Sequence[Proposed]
    period: Period | None
    dated: date
    organisation: str
    address: str
    checkpoint: str
    afterwards: Sequence[str] = ()


def values(notice: Notice, locale: str) -> dict[str, object]:
    """The values that the document's template takes."""
    stage, takes = notice.stage, options_of(notice.stage).objections
    return {
        "lang": locale,
        "labels": labels("notice", locale),
        "title": headline(stage.season.title(locale), stage_of(stage).rule.title.to(locale), locale),
        "organisation": notice.organisation,
        "dated": notice.dated.isoformat(),
        "date_words": in_words(notice.dated, locale),
        "digest": stage.season.digest,
        "intro": intro(stage, notice.proposed, locale),
        "proposals": _proposals(notice, locale),
        "afterwards": list(notice.afterwards),
        "period": notice.period.to(locale) if notice.period else "",
        "objecting": objecting(stage, locale),
        "contacts": [[say(locale, "Object at"), notice.address]] if takes and notice.address else [],
        "checkpoint": notice.checkpoint,
    }


def intro(stage: StageRow, proposed: Sequence[Proposed], locale: str) -> list[str]:
    """The definition's own words, or else what every notice says; that nobody is awarded is said after either."""
    written = stage_of(stage).rule.intro.to(locale)
    own = [written] if written else []
    usual = BY_COMMITTEE if has_committee(stage) else BY_RANKING
    if not proposed:
        return [*own, say(locale, usual.nobody)]
    return own or [say(locale, usual.somebody)]


def objecting(stage: StageRow, locale: str) -> list[str]:
    """How to object, and what happens then."""
    if not options_of(stage).objections:
        return [say(locale, "No objections are taken on this notice.")]
    return [
        say(
            locale,
            "Whoever disagrees may object within this period, stating their real name, a way to reach them and the "
            "facts. Anonymous objections are not taken up.",
        ),
        say(
            locale,
            "Each objection gets a case number and is answered with reasons. The awards are not settled before every "
            "objection is answered; who objected is kept confidential.",
        ),
    ]


def _proposals(notice: Notice, locale: str) -> dict[str, object]:
    noun: Text = definition_of(notice.stage.season).heading.entry.noun
    columns = [
        {"label": say(locale, "No."), "numeric": True},
        {"label": noun.to(locale).capitalize(), "wide": True},
        {"label": say(locale, "Branch"), "wide": True},
    ]
    rows = [[str(one.place), one.entry.title, one.entry.branch.name(locale)] for one in notice.proposed]
    if any(one.tier for one in notice.proposed):
        columns.append({"label": say(locale, "Tier")})
        for row, one in zip(rows, notice.proposed, strict=True):
            row.append(one.tier.to(locale) if one.tier else "–")
    return {"columns": columns, "rows": [{"cells": row} for row in rows]}
