"""What the log says of awards."""

from evalflow.audit.event import EventType

FINALISED = EventType(
    "award.finalised", zh="表彰结果最终确定并公布", en="the awards were made final", public=("awards",)
)

EVENTS = (FINALISED,)
