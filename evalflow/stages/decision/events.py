"""What the log says of a decision; what it says of meetings stands with them."""

from evalflow.audit.event import EventType

DECIDED = EventType(
    "decision.taken",
    zh="作出决定（left_empty：空缺名额）",
    en="the decision was taken (left_empty: seats that stay empty)",
    public=("decided", "deviations", "left_empty"),
)

EVENTS = (DECIDED,)
