"""What the log says of seasons and stages."""

from evalflow.audit.event import EventType

SEASON_CREATED = EventType(
    "season.created",
    zh="建立评选季，规则文本及其摘要从此固定",
    en="a season was created and its rules pinned",
    public=("workflow", "digest", "draw_seed", "starts_on"),
)
SEASON_REDATED = EventType(
    "season.redated",
    zh="无人办理之前，评选季改定第一天",
    en="the season's first day was changed before anybody had acted in it",
    public=("starts_on", "before"),
)
SEASON_DELETED = EventType(
    "season.deleted",
    zh="无人办理之前，评选季被删除",
    en="the season was deleted before anybody had acted in it",
    public=("workflow", "digest", "starts_on"),
)
SEASON_CANCELLED = EventType("season.cancelled", zh="取消评选季", en="the season was cancelled", public=("reason",))
STAGE_OPENED = EventType(
    "stage.opened", zh="环节开启", en="a stage was opened", public=("closes_at", "entries", "particulars")
)
STAGE_CLOSED = EventType("stage.closed", zh="环节截止", en="a stage was closed", public=("by", "note"))
STAGE_REOPENED = EventType(
    "stage.reopened", zh="环节重新开启", en="a stage was reopened", public=("reason", "closes_at")
)
STAGE_REPEATED = EventType(
    "stage.repeated",
    zh="环节重新举行：此前投入的内容一概不计，按新的时间再次开启",
    en="a stage is held again: nothing that was put in before counts, and it opens anew at the time stated",
    public=("reason", "opens_at", "closes_at"),
)
STAGE_SETTLED = EventType(
    "stage.settled", zh="环节结果确定", en="a stage's outcome was fixed", public=("outcome_sha256",)
)
STAGE_RESCHEDULED = EventType(
    "stage.rescheduled",
    zh="调整环节时间",
    en="a stage's window was changed",
    public=("opens_at", "closes_at", "reason"),
)
ENTRY_MOVED = EventType(
    "entry.moved", zh="参评对象进入下一环节或退出", en="an entry moved by itself", public=("entry", "from", "to")
)
CALENDAR_STATED = EventType(
    "calendar.stated", zh="登记工作日安排", en="a day's working status was stated", public=("day", "is_working", "note")
)

EVENTS = (
    SEASON_CREATED,
    SEASON_REDATED,
    SEASON_DELETED,
    SEASON_CANCELLED,
    STAGE_OPENED,
    STAGE_CLOSED,
    STAGE_REOPENED,
    STAGE_REPEATED,
    STAGE_SETTLED,
    STAGE_RESCHEDULED,
    ENTRY_MOVED,
    CALENDAR_STATED,
)
