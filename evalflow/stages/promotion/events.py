"""What the log says of a promotion. Single views are not in it; their sum is, once nothing is counted any more."""

from evalflow.audit.event import EventType

VIEWS_COUNTED = EventType(
    "promotion.views_counted",
    zh="展示期结束，各参评对象按日浏览次数固定",
    en="the promotion ended and its page views by day were fixed",
    public=("views", "views_sha256"),
)

EVENTS = (VIEWS_COUNTED,)
