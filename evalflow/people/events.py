"""What the log says of people and branches. Logins and person ids are personal; roles and counts are public.

`account` is the id of the person an act is about; whoever acted is added by the ledger itself.
"""

from evalflow.audit.event import EventType

WHOM = ("account", "login")

PERSON_ADDED = EventType("person.added", zh="添加人员", en="a person was added", personal=WHOM)
PERSON_INVITED = EventType(
    "person.invited", zh="发出账号邀请", en="a person was invited", public=("expires_at",), personal=WHOM
)
PERSON_JOINED = EventType(
    "person.joined", zh="接受邀请并设置密码", en="a person accepted an invitation and chose a password"
)
PERSON_IMPORTED = EventType(
    "person.imported",
    zh="从表格导入人员",
    en="people were imported from a spreadsheet",
    public=("added", "refused", "roles", "weights", "file_sha256"),
    personal=("logins",),
)
PERSON_DEACTIVATED = EventType("person.deactivated", zh="停用账号", en="an account was deactivated", personal=WHOM)
PERSON_REACTIVATED = EventType("person.reactivated", zh="恢复账号", en="an account was reactivated", personal=WHOM)
PERSON_ERASED = EventType(
    "person.erased",
    zh="删除个人信息",
    en="a person's name and the personal parts of events about them were erased",
    public=("parts",),
)
PASSWORD_CHANGED = EventType("password.changed", zh="修改密码", en="a person changed their password")
SESSION_REVOKED = EventType(
    "session.revoked", zh="注销全部登录", en="all sessions of an account were ended", personal=WHOM
)
ROLE_GRANTED = EventType(
    "role.granted", zh="授予角色", en="a role was granted", public=("role", "branch", "season_id"), personal=WHOM
)
ROLE_WITHDRAWN = EventType(
    "role.withdrawn", zh="撤销角色", en="a role was withdrawn", public=("role", "branch", "season_id"), personal=WHOM
)
PERSON_WEIGHED = EventType(
    "person.weighed",
    zh="改变一名人员的计票权重",
    en="the weight of a person's vote was changed",
    public=("before", "weight"),
    personal=WHOM,
)
BRANCH_ADDED = EventType(
    "branch.added", zh="添加支部", en="a branch was added", public=("branch", "name_zh", "name_en")
)
BRANCH_IMPORTED = EventType(
    "branch.imported",
    zh="从表格导入支部",
    en="branches were imported from a spreadsheet",
    public=("added", "refused", "file_sha256"),
)

CALENDAR_RENEWED = EventType("calendar.renewed", zh="更换日历订阅地址", en="a person's calendar got a new address")
CALENDAR_REVOKED = EventType("calendar.revoked", zh="停用日历订阅地址", en="the address of a person's calendar ended")

EVENTS = (
    CALENDAR_RENEWED,
    CALENDAR_REVOKED,
    PERSON_ADDED,
    PERSON_INVITED,
    PERSON_JOINED,
    PERSON_IMPORTED,
    PERSON_DEACTIVATED,
    PERSON_REACTIVATED,
    PERSON_ERASED,
    PERSON_WEIGHED,
    PASSWORD_CHANGED,
    SESSION_REVOKED,
    ROLE_GRANTED,
    ROLE_WITHDRAWN,
    BRANCH_ADDED,
    BRANCH_IMPORTED,
)
