"""What the log says of progress reports: that one was filed, and the digest of its text."""

from evalflow.audit.event import EventType

REPORTED = EventType(
    "report.filed",
    zh="支部提交进展报告",
    en="a branch filed a progress report",
    public=("entry", "number", "text_sha256"),
)

EVENTS = (REPORTED,)
