"""A decision's rules as sentences."""

from evalflow.i18n import say
from evalflow.kinds.decision_rules import SCORE, DecisionOptions, QuorumRule
from evalflow.tally import quorum
from evalflow.tally.quorum import Base, Share

POINTS = {
    "rank_points": "rank points",
    "share_of_votes": "share of all votes",
    "approvals_over_electors": "approvals over electors",
    "share_of_maximum": "share of the most votes",
    "given_points": "votes as given",
    SCORE: "score",
}
BASES = {Base.ENTITLED: "of those entitled", Base.PRESENT: "of those present", Base.VOTES: "of the ayes and noes"}
LINKS = {"number": "order of presentation", "motion": "a motion", "draw": "lots from the published seed"}


def words(options: DecisionOptions, locale: str) -> list[str]:
    """How the ranking is made and what the committee needs to decide."""
    sentences = [say(locale, "Up to %(seats)s entries can be awarded; places may stay empty.", seats=options.seats)]
    sentences.append(_composite(options, locale))
    sentences.append(
        say(
            locale,
            "Figures are rounded half up to %(decimals)s decimals, once, at the end.",
            decimals=options.round.decimals,
        )
    )
    if options.tie_break:
        chain = " → ".join(_link(name, locale) for name in options.tie_break)
        sentences.append(say(locale, "Ties are broken in this order: %(chain)s.", chain=chain))
    if options.quorum is None:
        sentences.append(say(locale, "Nobody meets: the ranking decides."))
    else:
        sentences += _quorum(options.quorum, locale)
        sentences.append(_deviation(options, locale))
    return sentences
