"""What accounts and bookings are called."""

from collections.abc import Mapping

from evalflow.funds.models import AccountKind, Act, FundAccount, FundBooking
from evalflow.i18n import N_, say

ACTS: Mapping[str, str] = {
    Act.APPROPRIATION: N_("Money in"),
    Act.GRANT: N_("Grant"),
    Act.SPENDING: N_("Spending"),
    Act.CORRECTION: N_("Taken back"),
    Act.CARRY_OVER: N_("Carried over"),
}


def account_words(account: FundAccount, locale: str) -> str:
    """An account's name, without its year."""
    if account.kind == AccountKind.SOURCE:
        return say(locale, N_("Where money comes from"))
    if account.kind == AccountKind.FUND:
        return say(locale, N_("Award fund"))
    branch = account.branch.name(locale) if account.branch else ""
    if account.kind == AccountKind.SPENDING:
        return say(locale, N_("Spent by %(branch)s"), branch=branch)
    return branch


def taken_back(booking: FundBooking, locale: str) -> str:
    """By which booking this one was taken back, in whatever year that was booked; "" where it stands."""
    if booking.correction is None:
        return ""
    number = f"{booking.correction.year}-{booking.correction.number}"
    return say(locale, N_("taken back by no. %(number)s"), number=number)


def about(booking: FundBooking, locale: str) -> str:
    """What a booking was made for."""
    if booking.entry is not None:
        return booking.entry.title
    if booking.corrects is not None:
        number = f"{booking.corrects.year}-{booking.corrects.number}"
        return say(locale, N_("No. %(number)s: %(reason)s"), number=number, reason=booking.purpose)
    if booking.act == Act.CARRY_OVER:
        return say(locale, N_("From %(year)s to %(next)s"), year=booking.year, next=booking.year + 1)
    return booking.purpose
