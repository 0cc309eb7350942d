"""What the log says of a notice. Who objected and what was said is only committed to, and can be erased."""

from evalflow.audit.event import EventType

OBJECTED = EventType(
    "objection.filed",
    zh="收到异议（实名）",
    en="an objection was filed, under the objector's name",
    public=("number", "entry"),
    personal=("name", "contact", "text"),
)
ANSWERED = EventType(
    "objection.answered",
    zh="异议已答复（state：成立或不成立）",
    en="an objection was answered (state: upheld or rejected)",
    public=("number", "entry", "state"),
    personal=("answer",),
)
GROUND_PUBLISHED = EventType(
    "objection.ground_published",
    zh="异议成立的理由已公布",
    en="why an objection was upheld was made public",
    public=("number", "entry", "published"),
)
WITHDRAWN = EventType(
    "objection.withdrawn", zh="异议人撤回异议", en="an objection was withdrawn", public=("number", "entry")
)
REOPENED = EventType(
    "objection.reopened",
    zh="收回对异议的答复，重新办理",
    en="the answer to an objection was taken back; the case is open again",
    public=("number", "entry"),
    personal=("reason",),
)
ERASED = EventType(
    "objection.erased",
    zh="异议人信息及异议内容已删除，结论保留",
    en="an objector's particulars and words were erased; the result stays",
    public=("number",),
)

EVENTS = (OBJECTED, ANSWERED, GROUND_PUBLISHED, WITHDRAWN, REOPENED, ERASED)
