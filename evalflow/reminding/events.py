"""What the log says of reminders: how many were told, never who; an address of a mailbox stands nowhere in it."""

from evalflow.audit.event import EventType

ROUND_MADE = EventType(
    "reminders.made",
    zh="生成当日提醒",
    en="everybody was reminded of what they have to do",
    public=("day", "people"),
)
STAGE_NUDGED = EventType(
    "stage.nudged", zh="催办未完成的人员", en="those who have something left to do were reminded", public=("people",)
)
MAILS_RETRIED = EventType(
    "reminders.retried", zh="重新发送失败的邮件", en="mails that had failed are to be tried again", public=("mails",)
)
MAILBOX_CHOSEN = EventType("mailbox.chosen", zh="登记接收提醒的邮箱", en="a person wants reminders by mail")
MAILBOX_EMPTIED = EventType("mailbox.emptied", zh="不再接收提醒邮件", en="a person wants no more mails")

EVENTS = (ROUND_MADE, STAGE_NUDGED, MAILS_RETRIED, MAILBOX_CHOSEN, MAILBOX_EMPTIED)
