"""What a workflow file may say of a meeting: who must be there and how many must agree."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator

from evalflow.i18n import N_, phrase, say
from evalflow.tally import quorum
from evalflow.tally.quorum import Base, Share
from evalflow.workflow.definition import Strict

BASES = {
    Base.ENTITLED: N_("of those entitled"),
    Base.PRESENT: N_("of those present"),
    Base.VOTES: N_("of the ayes and noes"),
}
PRESENT_GRAMMAR = phrase("a share of those entitled, above 0 and up to all, such as 2/3 or >50 %")
AYES_GRAMMAR = phrase("a share above 0 and up to all, such as 1/2 of entitled, >=2/3 of present or >1/2 of votes")


def _share(parse: Callable[[str], Share], grammar: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            parse(text)
        except ValueError:
            raise ValueError(grammar) from None
        return text

    return check


class QuorumRule(Strict):
    """present: how many of those who should attend must. ayes: how many must say aye for a motion to be carried."""

    present: Annotated[str, AfterValidator(_share(quorum.parse_presence, PRESENT_GRAMMAR))]
    ayes: Annotated[str, AfterValidator(_share(quorum.parse_ayes, AYES_GRAMMAR))]

    def needed(self, entitled: int) -> int:
        """How many of those entitled have to be present.

        >>> QuorumRule(present="2/3", ayes="1/2 of entitled").needed(4)
        3
        """
        return quorum.needed(quorum.parse_presence(self.present), entitled)


def words(rule: QuorumRule, locale: str) -> list[str]:
    """The rule as sentences."""
    present, ayes = quorum.parse_presence(rule.present), quorum.parse_ayes(rule.ayes)
    return [
        say(locale, "The meeting is valid when %(share)s attend.", share=_in_words(present, locale)),
        say(locale, "A motion is carried by %(share)s.", share=_in_words(ayes, locale)),
        say(locale, "Recused members leave the base of the items that concern them, and of no other."),
    ]


def _in_words(share: Share, locale: str) -> str:
    part = f"{share.fraction.numerator}/{share.fraction.denominator}"
    pattern = N_("more than %(part)s %(base)s") if share.strict else N_("at least %(part)s %(base)s")
    return say(locale, pattern, part=part, base=say(locale, BASES[share.base]))
