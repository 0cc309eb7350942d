"""Please look: what the sheets of a scoring that is over may want explained. For auditors, and for nobody earlier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from evalflow.access import Permission
from evalflow.analysis.integrity import Hint, Integrity, Look, integrity, named
from evalflow.analysis.variants import deciding
from evalflow.engine import bundles
from evalflow.engine.results import branch_names
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.rubric import ScoringOptions
from evalflow.seasons import queries
from evalflow.seasons.models import Season
from evalflow.seasons.rules import definition_of
from evalflow.web.current import locale, reading
from evalflow.web.guard import guarded
from evalflow.workflow.definition import Definition, Stage

blueprint = Blueprint("hints", __name__, url_prefix="/s/<season_key>")


@dataclass(frozen=True)
class Part:
    """One scoring that is done."""

    stage: Stage
    found: Integrity

    def looks(self, hint: Hint) -> Sequence[Look]:
        return named(self.found.looks, hint)


@dataclass(frozen=True)
class HintsPage:
    """parts: the scorings that are done; waiting: titles of those that are not. entries, branches: {key: name}."""

    season: Season
    parts: Sequence[Part]
    waiting: Sequence[str]
    entries: Mapping[str, str]
    branches: Mapping[str, str]

    def raters(self, keys: Sequence[str]) -> str:
        return _listed([self.branches.get(key, key) for key in keys])

    def titles(self, keys: Sequence[str]) -> str:
        return _listed([self.entries.get(key, key) for key in keys])


@blueprint.get("/hints")
@guarded(Permission.AUDIT)
def home(season_key: str) -> str:
    session = reading()
    season = queries.season_by_key(session, season_key)
    definition, bundle, outcomes = definition_of(season), bundles.evidence(session, season), queries.outcomes(season)
    scorings = [stage for stage in definition.stages if isinstance(stage.options, ScoringOptions)]
    done = [stage for stage in scorings if stage.key in bundle.tables]
    seats = _seats(definition)
    page = HintsPage(
        season=season,
        parts=[Part(stage, integrity(bundle, stage, outcomes, seats=seats)) for stage in done],
        waiting=[stage.rule.title.to(locale()) for stage in scorings if stage not in done],
        entries={line.key: line.title for line in bundle.entries},
        branches=branch_names(),
    )
    return render_template("results/hints.html", page=page, Hint=Hint)


def _seats(definition: Definition) -> int:
    """Where the line is; 0 where nothing is decided, so that nobody stands near it."""
    stage = deciding(definition)
    return stage.options.seats if stage and isinstance(stage.options, DecisionOptions) else 0


def _listed(names: Sequence[str]) -> str:
    return ("、" if locale().startswith("zh") else ", ").join(names)
