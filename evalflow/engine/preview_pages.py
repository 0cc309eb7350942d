"""What would other rules come to? For the organiser, before a season opens: known or invented evidence, side by side.

Evidence is never that of a running season: only seasons that are over are offered, and invented evidence says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import func, select

from evalflow.access import Permission, may
from evalflow.analysis import samples
from evalflow.analysis.preview import Column, Misfit, Preview, Seat, Standing, Unfit, preview
from evalflow.analysis.variants import Change, altered, deciding, variants, weighted
from evalflow.bundle.format import Bundle
from evalflow.engine import bundles
from evalflow.engine.change_words import label
from evalflow.errors import DefinitionError
from evalflow.i18n import N_, say
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.people.models import Branch
from evalflow.seasons import queries, visibility
from evalflow.seasons.models import Phase, Season
from evalflow.seasons.rules import definition_of
from evalflow.web.current import actor, locale, reading
from evalflow.web.guard import guarded
from evalflow.workflow import numbers
from evalflow.workflow.definition import Definition

blueprint = Blueprint("preview", __name__, url_prefix="/s/<season_key>/preview")
MOST = 4  # columns beside the season's own rules: more nobody compares
SAMPLE = "sample"
REASONS = {
    Misfit.NO_DECISION: N_("These rules make no ranking."),
    Misfit.NO_EVIDENCE: N_("There is no evidence for the stage “%(stage)s”."),
    Misfit.OTHER_BALLOT: N_("People voted on another kind of ballot in the stage “%(stage)s”."),
    Misfit.OTHER_RUBRIC: N_("People scored by another rubric in the stage “%(stage)s”."),
    Misfit.BROKEN: N_("The evidence can't be counted by these rules: %(reason)s"),
}
FEWEST_BRANCHES, MOST_BRANCHES = 5, 60


@dataclass(frozen=True)
class Offer:
    """One thing to tick: value is what the address says."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Weight:
    """One part of the composite and what it weighs, as typed or as the rules have it."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class Shown:
    """One column: what its rules are called, and the ranking by them or why there is none.

    came, left: titles of the entries that are in or out otherwise than by the season's own rules.
    """

    label: str
    column: Column | None
    reason: str = ""
    came: str = ""
    left: str = ""


@dataclass(frozen=True)
class PreviewPage:
    """rows: [(entry, title, the entry's standing in every column that has one)], as the season's own rules rank them.

    wrong: what can't be done with what was asked for. is_sample: the evidence is invented.
    """

    season: Season
    sources: Sequence[Offer]
    offers: Sequence[Offer]
    weights: Sequence[Weight]
    columns: Sequence[Shown]
    rows: Sequence[tuple[str, str, Sequence[Standing]]]
    wrong: Sequence[str]
    is_sample: bool


@blueprint.get("")
@guarded(Permission.STEER)
def home(season_key: str) -> str:
    """A form whose answer stands below it; everything asked for is in the address."""
    season = queries.season_by_key(reading(), season_key)
    return render_template("preview/home.html", page=_page(season), seats=Seat)


def _page(season: Season) -> PreviewPage:
    definition, known = definition_of(season), _over(season)
    source = request.args.get("evidence", next(iter(known), SAMPLE))
    is_sample = source not in known
    offered = variants(definition)
    chosen = [change for change in offered if change.key in request.args.getlist("rule")]
    weights = _weights(definition)
    other, wrong = _other_weights(definition, weights)
    rules = {change: offered[change] for change in chosen} | other
    if len(rules) > MOST:
        wrong.append(_("Only the first %(count)s are compared.", count=MOST))
    rules = dict(list(rules.items())[:MOST])
    bundle = _sample(definition) if is_sample else bundles.evidence(reading(), known[source])
    found = preview(bundle, {None: definition, **rules})
    titles = _titles(found, definition) if is_sample else found.titles
    return PreviewPage(
        season=season,
        sources=[
            *(Offer(key, one.title(locale()), key == source) for key, one in known.items()),
            Offer(SAMPLE, _("Sample data (invented)"), is_sample),
        ],
        offers=[Offer(change.key, label(change, definition, locale()), change in chosen) for change in offered],
        weights=weights,
        columns=[_shown(name, column, definition, titles=titles) for name, column in found.columns.items()],
        rows=[(entry, titles[entry], _row(found, entry)) for entry in found.entries],
        wrong=wrong,
        is_sample=is_sample,
    )


def _over(season: Season) -> dict[str, Season]:
    """{key: season} of this workflow that nobody can change any more and the reader may read, the latest first."""
    return {
        one.key: one
        for one in queries.seasons(reading())
        if one.workflow == season.workflow
        and one.cancelled_at is None
        and all(row.phase == Phase.DONE for row in one.stages)
        and (visibility.is_final(one) or may(actor(), Permission.READ_DOSSIER, season=one.id))
    }


def _sample(definition: Definition) -> Bundle:
    """As many branches as the house has, and more entries than seats, or every rule would let everybody in."""
    decides = deciding(definition)
    seats = decides.options.seats if decides and isinstance(decides.options, DecisionOptions) else 0
    branches = reading().scalars(select(func.count()).select_from(Branch)).one()
    wanted = max(branches, seats * 6 // 5 + 1, FEWEST_BRANCHES)
    return samples.sample(definition, branches=min(wanted, MOST_BRANCHES))


def _titles(found: Preview, definition: Definition) -> dict[str, str]:
    """Invented entries are called by what they are and a number."""
    noun = definition.heading.entry.noun.to(locale())
    return {entry: f"{noun} {number}" for entry, number in found.titles.items()}


def _weights(definition: Definition) -> list[Weight]:
    """None where parts are only added up, or there is but one."""
    decides = deciding(definition)
    options = decides.options if decides else None
    if not isinstance(options, DecisionOptions) or options.combine != "weighted" or len(options.component) < 2:
        return []
    found = []
    for number, part in enumerate(options.component):
        name = f"weight{number}"
        title = definition.stage(part.source).rule.title.to(locale())
        found.append(Weight(name, title, request.args.get(name, str(part.weight)).strip()))
    return found


def _other_weights(definition: Definition, weights: Sequence[Weight]) -> tuple[dict[Change, Definition], list[str]]:
    """The rules with the weights typed, where they are others; what is wrong with them in a sentence."""
    typed = [weight.value for weight in weights]
    read = [numbers.whole(value, most=999) for value in typed]
    known = [value for value in read if value is not None]
    if len(known) < len(read):
        return {}, [_("Weights are whole numbers.")]
    change = weighted(definition, known) if known else None
    if change is None:
        return {}, []
    try:
        found = altered(definition, change)
    except DefinitionError:
        return {}, [_("Weights must total 100, and each part must weigh something.")]
    return ({} if found.digest == definition.digest else {change: found}), []


def _shown(name: object, column: Column | Unfit, definition: Definition, *, titles: Mapping[str, str]) -> Shown:
    told = label(name, definition, locale()) if isinstance(name, Change) else _("The season's rules")
    if isinstance(column, Column):
        comma = "、" if locale().startswith("zh") else ", "
        came, left = (comma.join(titles[entry] for entry in entries) for entries in (column.came, column.left))
        return Shown(told, column, came=came, left=left)
    return Shown(told, None, _reason(column, definition))


def _row(found: Preview, entry: str) -> list[Standing]:
    return [column.standings[entry] for column in found.columns.values() if isinstance(column, Column)]


def _reason(unfit: Unfit, definition: Definition) -> str:
    stage = definition.by_key.get(unfit.stage)
    title = stage.rule.title.to(locale()) if stage else unfit.stage
    return say(locale(), REASONS[unfit.why], stage=title, reason=unfit.detail)
