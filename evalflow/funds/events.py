"""What the log says of the award fund."""

from evalflow.audit.event import EventType

BOOKED = EventType(
    "fund.booked",
    zh="工作经费记账",
    en="a booking was made in the award fund",
    public=(
        "year",
        "number",
        "act",
        "from",
        "to",
        "amount",
        "day",
        "document",
        "evidence_sha256",
        "purpose_sha256",
        "corrects",
        "entry",
    ),
)
YEAR_CLOSED = EventType(
    "fund.year_closed",
    zh="工作经费年终结转，账簿关闭",
    en="a year's books of the award fund were closed and balances carried over",
    public=("year", "carried"),
)

EVENTS = (BOOKED, YEAR_CLOSED)
