"""What the log says of declarations. A draft is its branch's own working copy: saving one is no event."""

from evalflow.audit.event import EventType

BEGUN = EventType("submission.begun", zh="支部开始填写申报", en="a branch began an entry", public=("entry", "branch"))
SUBMITTED = EventType(
    "submission.submitted",
    zh="提交申报（含内容摘要）",
    en="an entry was handed in, with the digest of its content",
    public=("entry", "revision", "content_sha256"),
)
RETURNED = EventType(
    "submission.returned",
    zh="退回修改（fields：需修改的栏目）",
    en="an entry was returned for amendment (fields: those remarked on)",
    public=("entry", "revision", "fields"),
    personal=("remarks",),
)
ACCEPTED = EventType(
    "submission.accepted",
    zh="申报通过，编定序号",
    en="an entry was accepted and numbered",
    public=("entry", "revision", "number"),
)
REJECTED = EventType(
    "submission.rejected",
    zh="申报不予通过",
    en="an entry was rejected",
    public=("entry", "revision"),
    personal=("reason",),
)
WITHDRAWN = EventType(
    "submission.withdrawn",
    zh="支部撤回申报（was：撤回前的状态）",
    en="a branch withdrew its entry (was: its state before)",
    public=("entry", "was"),
    personal=("reason",),
)

REVIEW_TAKEN_BACK = EventType(
    "submission.review_taken_back",
    zh="收回审核结论，重新审核（was：原结论）",
    en="what was said of an entry was taken back, to be reviewed anew (was: what it was)",
    public=("entry", "revision", "was"),
    personal=("reason",),
)
RESTORED = EventType(
    "submission.restored",
    zh="支部恢复已撤回的申报，重新填写",
    en="a branch brought back an entry that it had withdrawn, as a draft",
    public=("entry",),
    personal=("reason",),
)
CONFIRMED = EventType(
    "submission.confirmed",
    zh="被列名者确认或拒绝（what：挂帅、支部参与或单位参与；单位以函件答复）",
    en="somebody named in an entry agreed or declined (what: command, part of a branch, or unit, by letter)",
    public=("entry", "revision", "what", "branch", "accepted"),
    personal=("reason", "unit", "letter", "letter_on"),
)

EVENTS = (CONFIRMED, BEGUN, SUBMITTED, RETURNED, ACCEPTED, REJECTED, REVIEW_TAKEN_BACK, WITHDRAWN, RESTORED)
