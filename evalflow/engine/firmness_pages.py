"""How firm is this ranking? For those who read the dossier, before the committee decides and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import gettext as _

from evalflow.access import Permission
from evalflow.analysis.bands import Band
from evalflow.analysis.sensitivity import Seat, Sensitivity, Variant, Without, sensitivity
from evalflow.analysis.variants import deciding
from evalflow.bundle.format import Bundle
from evalflow.engine import bundles
from evalflow.engine.results import branch_names, hidden_entries
from evalflow.kinds.components import title_of
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.seasons import queries
from evalflow.seasons.models import Season
from evalflow.seasons.rules import definition_of
from evalflow.web.current import locale, reading
from evalflow.web.guard import guarded
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.outcome import Outcome

blueprint = Blueprint("firmness", __name__, url_prefix="/s/<season_key>")


@dataclass(frozen=True)
class FirmnessPage:
    """found: None while the stages before the decision are not done. entries, branches, parts: {key: name}.

    Entries that the reader stepped back from have no name here, and no line.
    """

    season: Season
    stage: Stage | None
    found: Sensitivity | None
    entries: Mapping[str, str]
    branches: Mapping[str, str]
    parts: Mapping[str, str]

    @property
    def certain(self) -> int:
        return sum(line.seat is Seat.CERTAIN for line in self.found.lines) if self.found else 0

    @property
    def changing(self) -> Sequence[Variant]:
        """The variants that change who is in, or who shares the last seats."""
        found = self.found
        return [one for one in found.variants if one.came or one.left or one.tied != found.tied] if found else []

    def names(self, keys: Sequence[str]) -> str:
        comma = "、" if locale().startswith("zh") else ", "
        return comma.join(self.entries.get(key, "…") for key in keys)

    def rater(self, variant: Variant) -> str:
        return self.branches.get(variant.rater, variant.rater) or _("people of no branch")

    def part(self, band: Band) -> str:
        return self.parts.get(band.component, band.component)


@blueprint.get("/firmness")
@guarded(Permission.READ_DOSSIER)
def home(season_key: str) -> str:
    session = reading()
    season = queries.season_by_key(session, season_key)
    definition = definition_of(season)
    stage, hidden = deciding(definition), hidden_entries(season)
    bundle = bundles.evidence(session, season)
    page = FirmnessPage(
        season=season,
        stage=stage,
        found=_found(bundle, stage, queries.outcomes(season)),
        entries={line.key: line.title for line in bundle.entries if line.key not in hidden},
        branches=branch_names(),
        parts=_parts(definition, stage),
    )
    return render_template("results/firmness.html", page=page, Seat=Seat, Without=Without)


def _found(bundle: Bundle, stage: Stage | None, outcomes: Mapping[str, Outcome]) -> Sensitivity | None:
    """None unless every stage that the composite is made of is done."""
    options = stage.options if stage else None
    if stage is None or not isinstance(options, DecisionOptions):
        return None
    ready = all(part.source in bundle.tables for part in options.component)
    return sensitivity(bundle, stage, outcomes) if ready else None


def _parts(definition: Definition, stage: Stage | None) -> dict[str, str]:
    """{component: what its column is headed by}."""
    options = stage.options if stage else None
    parts = options.component if isinstance(options, DecisionOptions) else ()
    return {part.name: title_of(part, definition.stage(part.source)).to(locale()) for part in parts}
