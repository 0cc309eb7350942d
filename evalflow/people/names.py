"""What a login, a name, a branch key and a weight may look like, and what the roles are called. Pure.

The same rules hold for one person typed into a form and for twenty thousand read from a spreadsheet. A `…_flaw`
function gives the code of what is wrong, or "" when nothing is.
"""

import re
import unicodedata
from collections.abc import Mapping

from evalflow.access import Role
from evalflow.i18n import Text
from evalflow.importing.text import clean
from evalflow.workflow import numbers

MAX_NAME = 120
MAX_WEIGHT = 1000
_LOGIN = re.compile(r"[\w.@+-]+")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")

ROLE_NAMES: Mapping[Role, Text] = {
    Role.VISITOR: Text("访客", "visitor"),
    Role.MEMBER: Text("党员/职工", "member"),
    Role.BRANCH_SECRETARY: Text("支部书记", "branch secretary"),
    Role.COMMITTEE_MEMBER: Text("党委委员", "committee member"),
    Role.ORGANISER: Text("组织者", "organiser"),
    Role.TELLER: Text("监票人", "teller"),
    Role.SPONSOR: Text("挂帅领导", "leader in command"),
    Role.AUDITOR: Text("纪检监督", "auditor"),
    Role.ADMINISTRATOR: Text("系统管理员", "administrator"),
}
BOUND_TO_BRANCH = frozenset({Role.MEMBER, Role.BRANCH_SECRETARY})  # without a branch these can do nothing
FOR_A_BRANCH = frozenset({Role.BRANCH_SECRETARY})  # the roles that are held for a branch; all others never are
NOT_FOR_A_SEASON = frozenset({Role.ADMINISTRATOR})  # who administers does nothing that belongs to a season


def limit_flaw(role: Role, *, for_branch: bool, for_season: bool) -> str:
    """Of a grant so limited: under such a limit its role could do nothing.

    >>> limit_flaw(Role.ORGANISER, for_branch=True, for_season=False)
    'role_without_branch'
    """
    if for_branch and role not in FOR_A_BRANCH:
        return "role_without_branch"
    return "role_without_season" if for_season and role in NOT_FOR_A_SEASON else ""


def normal_login(text: str) -> str:
    """The one spelling of a login: full-width letters made narrow, capitals small.

    >>> normal_login(" Ｒonglian.01 ")
    'ronglian.01'
    """
    return unicodedata.normalize("NFKC", clean(text)).casefold()


def login_flaw(login: str) -> str:
    """Of a normal login: 1 to 80 letters (of any script), digits and . @ + - _."""
    if not login:
        return "login_missing"
    if len(login) > 80:
        return "login_too_long"
    return "" if _LOGIN.fullmatch(login) else "login_malformed"


def name_flaw(name: str) -> str:
    """Of a clean name: 1 to 120 characters."""
    if not name:
        return "name_missing"
    return "name_too_long" if len(name) > MAX_NAME else ""


def normal_key(text: str) -> str:
    """The one spelling of a branch key, which files, bundles and the log use."""
    return unicodedata.normalize("NFKC", clean(text)).lower()


def key_flaw(key: str) -> str:
    """Of a normal key: 1 to 40 of a–z, 0–9, - and _, not beginning with a mark."""
    if not key:
        return "key_missing"
    return "" if len(key) <= 40 and _KEY.fullmatch(key) else "key_malformed"


def normal_weight(text: str) -> str:
    """The one spelling of a vote's weight: full-width digits made narrow, nothing at all is 1.

    >>> normal_weight(" ３ "), normal_weight("")
    ('3', '1')
    """
    return numbers.plain(clean(text)) or "1"


def weight_flaw(weight: str) -> str:
    """Of a normal weight: a whole number from 1 to 1000."""
    is_whole = weight.isascii() and weight.isdigit() and len(weight) <= len(str(MAX_WEIGHT))
    return "" if is_whole and 1 <= int(weight) <= MAX_WEIGHT else "vote_weight_malformed"
