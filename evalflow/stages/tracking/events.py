"""What the log says of progress reports: the day, the figures, what is corrected, and the digest of the rest."""

from evalflow.audit.event import EventType

REPORTED = EventType(
    "report.filed",
    zh="支部提交进展报告",
    en="a branch filed a progress report",
    public=("entry", "number", "day", "corrects", "figures", "text_sha256", "particulars_sha256"),
)

EVENTS = (REPORTED,)
