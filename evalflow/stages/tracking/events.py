"""What the log says of progress reports: the day, the figures, what is corrected, and the digest of the rest."""

from evalflow.audit.event import EventType

REPORTED = EventType(
    "report.filed",
    zh="支部提交进展报告",
    en="a branch filed a progress report",
    public=("entry", "number", "day", "corrects", "figures", "text_sha256", "particulars_sha256"),
)
FIGURES_DRAFTED = EventType(
    "report.drafted",
    zh="办公室导入数据，待支部确认",
    en="the office brought in figures for a branch to confirm",
    public=("entry", "day", "figures"),
)
DRAFT_ANSWERED = EventType(
    "report.draft_answered",
    zh="支部确认或修改办公室导入的数据",
    en="a branch confirmed or changed figures that the office had brought in",
    public=("entry", "number", "brought_by", "brought"),
)
FIGURES_ENTERED = EventType(
    "report.entered",
    zh="办公室录入进展数据",
    en="the office entered figures of a project as its own entry",
    public=("entry", "number", "day", "corrects", "figures", "text_sha256", "particulars_sha256"),
)
ORDER_GIVEN = EventType(
    "follow_up.given",
    zh="下达督办事项",
    en="a follow-up order was given",
    public=("entry", "number", "due", "text_sha256"),
)
ORDER_ANSWERED = EventType(
    "follow_up.answered",
    zh="支部答复督办事项",
    en="a branch answered an order",
    public=("entry", "number", "text_sha256"),
)
ORDER_CLOSED = EventType(
    "follow_up.closed", zh="督办事项办结", en="a follow-up order was closed", public=("entry", "number", "text_sha256")
)
ORDER_REOPENED = EventType(
    "follow_up.reopened",
    zh="重新办理已办结的督办事项",
    en="a follow-up order that was closed is open again",
    public=("entry", "number"),
    personal=("reason",),
)
MONTH_PLANNED = EventType(
    "report.month_planned",
    zh="支部填报月计划",
    en="a branch wrote its plan for a month",
    public=("entry", "month", "text_sha256"),
)
COMMENTED = EventType(
    "report.commented", zh="对工程提出意见", en="a project was commented on", public=("entry", "text_sha256")
)

EVENTS = (
    REPORTED,
    FIGURES_DRAFTED,
    DRAFT_ANSWERED,
    FIGURES_ENTERED,
    ORDER_GIVEN,
    ORDER_ANSWERED,
    ORDER_CLOSED,
    ORDER_REOPENED,
    MONTH_PLANNED,
    COMMENTED,
)
