"""How did we get 87.42? The ranking, and for every entry the whole way from raw sheets and counts to its place.

Whoever reads the dossier sees it as far as stages are done, everybody once the awards are final: the same evidence as
the bundle anyone can recount then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from evalflow.access import Permission, may
from evalflow.analysis.decision_explained import Bar, Component, Decision, TieBreak
from evalflow.analysis.explanation import Explanation
from evalflow.analysis.scores_explained import Scoring
from evalflow.analysis.workbook import workbook
from evalflow.engine import bundles
from evalflow.engine.explaining import explanations, is_whole
from evalflow.engine.results import branch_names, hidden_entries
from evalflow.engine.strips import Strip, strip
from evalflow.errors import NotFound
from evalflow.i18n import say
from evalflow.kinds import KINDS, barring, notice
from evalflow.kinds.award_tiers import AwardTier
from evalflow.kinds.ballot_rules import DEFAULT
from evalflow.kinds.component_words import FIGURES, POINTS, kept_out_words
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.decision_words import link_words
from evalflow.kinds.rubric import ScoringOptions
from evalflow.kinds.scoring import void_words
from evalflow.kinds.tiering import Tiers
from evalflow.seasons import queries, tiers, visibility
from evalflow.seasons.models import EntryState, Season
from evalflow.seasons.rules import definition_of
from evalflow.stages.ballot import box_pages
from evalflow.stages.ballot.box_pages import BoxCheck
from evalflow.tally.void import Breach
from evalflow.web.current import actor, locale, reading
from evalflow.web.guard import guarded
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.telling import tell_stage, titled

blueprint = Blueprint("results", __name__, url_prefix="/s/<season_key>")
RANKED_BY = ("decision", "notice")  # the kinds of stages that say where an entry stands
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Wording:
    """What the explanation names by keys, in the page's language. branches, entries: {key: name}."""

    definition: Definition
    locale: str
    branches: Mapping[str, str]
    entries: Mapping[str, str]

    def rule(self, name: str) -> str:
        return say(self.locale, POINTS[name]) if name in POINTS else name

    def figure(self, part: Component) -> str:
        """What a component counts with."""
        return say(self.locale, FIGURES[part.figure]) if part.figure in FIGURES else part.figure or self.rule(part.rule)

    def link(self, name: str) -> str:
        return titled(link_words(name, self.locale), self.definition, self.locale)

    def kept_out(self, part: Decision, bar: Bar) -> str:
        """Why the rules keep the entry out of the ranking."""
        options = part.stage.options
        assert isinstance(options, DecisionOptions)
        words = kept_out_words(barring.told("", bar.label, bar.value, options.lines), self.locale)
        return titled(words, self.definition, self.locale)

    def rater(self, key: str) -> str:
        return self.branches.get(key, key)

    def entry(self, key: str) -> str:
        return self.entries.get(key, key)

    @property
    def on_paper(self) -> dict[str, str]:
        """{key: title} of all that ballots can name; the default option is one of these."""
        return {DEFAULT: say(self.locale, "None of these"), **self.entries}

    def listed(self, keys: Iterable[str]) -> str:
        """Entries by their titles; those that are hidden left out."""
        comma = "、" if self.locale.startswith("zh") else ", "
        return comma.join(self.entries[key] for key in keys if key in self.entries)

    def order(self, tie: TieBreak) -> str:
        return " > ".join(" = ".join(self.entry(key) for key in group) for group in tie.groups)

    def rules(self, stage: Stage) -> list[str]:
        return [titled(sentence, self.definition, self.locale) for sentence in tell_stage(stage, KINDS, self.locale)]

    def void(self, stage: Stage, breach: Breach) -> str:
        """The rule that voids a sheet, as the rater was told it."""
        options = stage.options
        assert isinstance(options, ScoringOptions)
        limits = (breach.quota.at_most, breach.quota.or_more) if breach.quota else (None, None)
        rules = [rule for rule in options.void if rule.rule == breach.rule and (rule.at_most, rule.score) == limits]
        return void_words(rules[0], self.locale) if rules else breach.rule


@dataclass(frozen=True)
class ResultPage:
    """told: one for each entry, best first, those without a place last by number; one only on an entry's own page.

    is_whole: whether every settled stage is explained already; the newest one may wait for the next tick.
    hidden: keys of the entries the reader stepped back from. strips: {stage key: its marks as a drawing}. disputed:
    votes that were counted although the box and the log differ. tiers: by the keys of decisions. reasons:
    {entry struck: why, where that was published}. afterwards: who was struck and who moved up.
    """

    season: Season
    wording: Wording
    told: Sequence[Explanation]
    is_final: bool
    is_whole: bool
    hidden: frozenset[str]
    strips: Mapping[str, Strip | None]
    disputed: Sequence[BoxCheck]
    tiers: Mapping[str, Tiers]
    reasons: Mapping[str, str]
    afterwards: Sequence[str]

    def tier(self, told: Explanation) -> AwardTier | None:
        """That goes with the place an entry was decided for."""
        return self.tiers.get(told.decision.stage.key, {}).get(told.entry.key) if told.decision else None


@dataclass(frozen=True)
class _Read:
    """A season that the reader may look at, but for what `hidden` names."""

    season: Season
    hidden: frozenset[str]


@blueprint.get("/results")
@guarded(Permission.SEE_PUBLIC)
def ranking(season_key: str) -> str:
    read = _read(season_key)
    found = explanations(reading(), read.season, kinds=RANKED_BY)
    told = [one for one in found if one.entry.key not in read.hidden]
    return render_template("results/ranking.html", page=_page(read, sorted(told, key=_best_first)))


@blueprint.get("/results.xlsx")
@guarded(Permission.SEE_PUBLIC)
def formulas(season_key: str) -> Response:
    """The whole calculation as a workbook whose cells are formulas; not for whoever stepped back from an entry."""
    read = _read(season_key)
    if read.hidden:
        raise NotFound("awards_later")
    bundle = bundles.evidence(reading(), read.season)
    content = workbook(bundle, queries.outcomes(read.season), locale=locale(), branches=branch_names())
    response = Response(content, mimetype=WORKBOOK)
    response.headers.set("Content-Disposition", "attachment", filename=f"{read.season.key}-formulas.xlsx")
    return response


@blueprint.get("/result/<entry_key>")
@guarded(Permission.SEE_PUBLIC)
def entry(season_key: str, entry_key: str) -> str:
    read = _read(season_key)
    told = explanations(reading(), read.season, (entry_key,))
    return render_template("results/entry.html", page=_page(read, told), told=told[0])


def _read(season_key: str) -> _Read:
    """NotFound for whoever is to wait until the awards are final."""
    season = queries.season_by_key(reading(), season_key)
    is_final = visibility.is_final(season)
    if not is_final and not may(actor(), Permission.READ_DOSSIER, season=season.id):
        raise NotFound("awards_later")
    return _Read(season, frozenset() if is_final else hidden_entries(season))


def _best_first(told: Explanation) -> tuple[bool, int, int]:
    place = told.decision.place if told.decision else None
    return (place is None, place or 0, told.entry.number or 0)


def _page(read: _Read, told: Sequence[Explanation]) -> ResultPage:
    session = reading()
    entries = {one.key: one.title for one in queries.entries(session, read.season.id) if one.state != EntryState.DRAFT}
    scorings = [part for part in told[0].parts if isinstance(part, Scoring)] if len(told) == 1 else []
    outcomes, rules = queries.outcomes(read.season), definition_of(read.season)
    settled = [outcomes[one.key].facts for one in rules.stages if one.kind == "notice" and one.key in outcomes]
    shown = {key: title for key, title in entries.items() if key not in read.hidden}
    return ResultPage(
        season=read.season,
        wording=Wording(rules, locale(), branch_names(), shown),
        told=told,
        is_final=visibility.is_final(read.season),
        is_whole=is_whole(session, read.season),
        hidden=read.hidden,
        strips={part.stage.key: strip(part) for part in scorings},
        disputed=box_pages.disputed(reading(), read.season),
        tiers=tiers.of(session, read.season),
        reasons={key: reason for one in settled for key, reason in one.get("reasons", {}).items()},
        afterwards=[sentence for one in settled for sentence in notice.afterwards(one, entries, locale())],
    )
