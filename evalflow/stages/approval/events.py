"""What the log says of approvals. Targets are public with their old values; words, reasons and units are personal."""

from evalflow.audit.event import EventType

COMMENTED = EventType(
    "approval.commented",
    zh="委员对申报栏目提出意见",
    en="a member commented on an answer of an application",
    public=("entry", "field"),
    personal=("text",),
)
PROPOSED = EventType(
    "approval.proposed",
    zh="党委建议调整指标目标",
    en="the committee proposed other targets",
    public=("entry", "indicator", "work", "stretch"),
    personal=("reason",),
)
ANSWERED = EventType(
    "approval.answered",
    zh="申报支部答复目标建议",
    en="a branch answered a proposal of other targets",
    public=("entry", "indicator", "state"),
)
LAPSED = EventType(
    "approval.lapsed", zh="目标建议失效", en="a proposal of other targets lapsed", public=("entry", "indicator")
)
APPROVED = EventType("approval.approved", zh="批准立项", en="an application was approved", public=("entry", "motion"))
REJECTED = EventType(
    "approval.rejected",
    zh="不予立项",
    en="an application was rejected",
    public=("entry", "motion"),
    personal=("reason",),
)
RETURNED = EventType(
    "approval.returned",
    zh="退回修改（fields：需修改的栏目）",
    en="an application was returned for amendment (fields: those commented on)",
    public=("entry", "motion", "fields"),
    personal=("remarks",),
)
MERGED = EventType(
    "approval.merged",
    zh="合并立项（joined：并入后的参与支部及其经费份额，百分比）",
    en="an application was merged into another one (joined: branches that take part there now, with shares in %)",
    public=("entry", "motion", "into", "joined"),
    personal=("reason", "units"),
)
TARGETS_CHANGED = EventType(
    "approval.targets_changed",
    zh="变更指标目标（原值、新值）",
    en="targets of an indicator were changed, from the old ones to the new",
    public=("entry", "motion", "indicator", "old_work", "old_stretch", "work", "stretch"),
    personal=("reason",),
)

EVENTS = (COMMENTED, PROPOSED, ANSWERED, LAPSED, APPROVED, REJECTED, RETURNED, MERGED, TARGETS_CHANGED)
