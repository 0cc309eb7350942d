"""What the log says of a decision; what it says of meetings stands with them."""

from evalflow.audit.event import EventType

DECIDED = EventType(
    "decision.taken",
    zh="作出决定（left_empty：空缺名额）",
    en="the decision was taken (left_empty: seats that stay empty)",
    public=("decided", "deviations", "left_empty"),
)

TAKEN_BACK = EventType(
    "decision.taken_back",
    zh="收回决定，重新作出",
    en="the decision was taken back, to be taken anew",
    public=(),
    personal=("reason",),
)

EVENTS = (DECIDED, TAKEN_BACK)
