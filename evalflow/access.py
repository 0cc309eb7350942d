"""Who may do what, and where: one table, default deny.

A person holds grants: a role, perhaps only for one branch or one season. A permission names an act. `RIGHTS` says which
roles carry it, and its scope: what it is held for. Whatever is not in the table is forbidden to everybody.

A command asks `require(actor, permission, season=…, branch=…)` and names exactly what the permission's scope names; to
name less or more is a bug, `TypeError`. A limited grant acts only where its limit is named: an organiser of one season
does nothing of the installation's, and nothing in another season.

Menus, route guards and exclusions ask something else, `holds_anywhere`: whether there is any place at all for it.
"""

import enum
from dataclasses import dataclass, field

from evalflow.errors import Forbidden


class Role(enum.StrEnum):
    VISITOR = "visitor"
    MEMBER = "member"
    BRANCH_SECRETARY = "branch_secretary"
    COMMITTEE_MEMBER = "committee_member"
    ORGANISER = "organiser"
    TELLER = "teller"
    SPONSOR = "sponsor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(enum.StrEnum):
    SEE_PUBLIC = "see_public"  # promoted entries, notices, published results
    SIGN_IN = "sign_in"
    USE_ACCOUNT = "use_account"  # own account, own to-do list
    PREPARE = "prepare"  # new drafts of a branch, brought in from a workbook; from then on they are its own
    DECLARE = "declare"  # an entry of one's branch
    ENTER_FIGURES = "enter_figures"  # of all branches, where the rules of a tracking stage have the office do so
    REVIEW = "review"  # check, return, accept declarations
    ACCEPT_COMMAND = "accept_command"  # take command of a project
    VOTE = "vote"
    HOLD_SHARE = "hold_share"  # of a ballot's private key
    SCORE = "score"
    READ_DOSSIER = "read_dossier"  # everything a stage has settled, before it is public
    INSPECT = "inspect"  # accept or correct final figures
    DECIDE = "decide"  # vote on motions
    KEEP_MINUTES = "keep_minutes"  # attendance, motions, minutes
    OBJECT = "object"
    ANSWER_OBJECTIONS = "answer_objections"
    FINALISE = "finalise"  # make the awards public
    READ_ACCOUNT = "read_account"  # what a branch has of the award fund
    SPEND = "spend"  # from a branch's account
    SEE_FUND = "see_fund"  # the award fund as a whole
    KEEP_FUND = "keep_fund"  # money coming in, the end of a year
    START_SEASON = "start_season"
    STATE_CALENDAR = "state_calendar"  # which days are working days
    STEER = "steer"  # open, close, reopen, cancel
    SUPERVISE = "supervise"  # follow-up orders on all projects
    DIRECT = "direct"  # orders on projects; a leader in command only on those under that command
    FOLLOW_TURNOUT = "follow_turnout"
    AUDIT = "audit"  # the evidence of a season before it is public, and what its log says
    READ_LOG = "read_log"  # every event of every season
    ADMINISTER = "administer"  # people, branches, invitations


class Scope(enum.Flag):
    """What a permission is held for, and so what a call must name."""

    INSTALLATION = 0  # the house as a whole: a limited grant does not reach it
    SEASON = enum.auto()
    BRANCH = enum.auto()
    OWN = enum.auto()  # what is the actor's alone, such as the account: every grant will do, wherever it is limited to


@dataclass(frozen=True)
class Right:
    """A row of the table: what the permission is held for, and which roles carry it."""

    scope: Scope
    roles: frozenset[Role]


HOUSE, SEASON, BRANCH, OWN = Scope.INSTALLATION, Scope.SEASON, Scope.BRANCH, Scope.OWN
M, B, C, O, T, S, A, X = list(Role)[1:]  # one letter a role, so that the table below reads as a table

RIGHTS: dict[Permission, Right] = {
    Permission.SEE_PUBLIC: Right(HOUSE, frozenset(Role)),
    Permission.SIGN_IN: Right(HOUSE, frozenset(Role)),
    Permission.USE_ACCOUNT: Right(OWN, frozenset({M, B, C, O, T, S, A, X})),
    Permission.PREPARE: Right(SEASON | BRANCH, frozenset({B, O})),
    Permission.DECLARE: Right(SEASON | BRANCH, frozenset({B})),
    Permission.ENTER_FIGURES: Right(SEASON, frozenset({O})),
    Permission.REVIEW: Right(SEASON, frozenset({O})),
    Permission.ACCEPT_COMMAND: Right(SEASON, frozenset({S})),
    Permission.VOTE: Right(SEASON, frozenset({M})),
    Permission.HOLD_SHARE: Right(SEASON, frozenset({T})),
    Permission.SCORE: Right(SEASON | BRANCH, frozenset({B})),
    Permission.READ_DOSSIER: Right(SEASON, frozenset({C, O, A})),
    Permission.INSPECT: Right(SEASON, frozenset({O})),
    Permission.DECIDE: Right(SEASON, frozenset({C})),
    Permission.KEEP_MINUTES: Right(SEASON, frozenset({O})),
    Permission.OBJECT: Right(OWN, frozenset(Role)),
    Permission.ANSWER_OBJECTIONS: Right(SEASON, frozenset({O})),
    Permission.FINALISE: Right(SEASON, frozenset({C})),
    Permission.READ_ACCOUNT: Right(BRANCH, frozenset({B, C, O, A})),
    Permission.SPEND: Right(BRANCH, frozenset({B})),
    Permission.SEE_FUND: Right(HOUSE, frozenset({C, O, A})),
    Permission.KEEP_FUND: Right(HOUSE, frozenset({O})),
    Permission.START_SEASON: Right(HOUSE, frozenset({O})),
    Permission.STATE_CALENDAR: Right(HOUSE, frozenset({O})),
    Permission.STEER: Right(SEASON, frozenset({O})),
    Permission.SUPERVISE: Right(SEASON, frozenset({O, C})),
    Permission.DIRECT: Right(SEASON, frozenset({O, C, S})),
    Permission.FOLLOW_TURNOUT: Right(SEASON, frozenset({O, A, C})),
    Permission.AUDIT: Right(SEASON, frozenset({A})),
    Permission.READ_LOG: Right(HOUSE, frozenset({A})),
    Permission.ADMINISTER: Right(HOUSE, frozenset({X})),
}


@dataclass(frozen=True)
class Grant:
    """A role, everywhere or for one branch or one season (None = every one). branch_key: of that branch."""

    role: Role
    branch_id: int | None = None
    season_id: int | None = None
    branch_key: str = field(default="", compare=False)


@dataclass(frozen=True)
class Actor:
    """Who is asking. `person_id` is None for a visitor and for the system itself.

    office: what the log says of them, such as "organiser" or "branch_secretary:smelting"; never a name.
    """

    person_id: int | None
    name: str
    office: str
    branch_id: int | None = None
    grants: frozenset[Grant] = frozenset()
    locale: str = "zh_Hans"
    login: str = ""

    @property
    def is_authenticated(self) -> bool:
        return self.person_id is not None

    def speaks_for(self, season: int) -> frozenset[str]:
        """Keys of the branches whose secretary they are in this season."""
        return frozenset(
            grant.branch_key
            for grant in self.grants
            if grant.role is Role.BRANCH_SECRETARY and grant.branch_key and grant.season_id in (None, season)
        )


VISITOR = Actor(None, "", "visitor", grants=frozenset({Grant(Role.VISITOR)}))
SYSTEM = Actor(None, "", "system", grants=frozenset(Grant(role) for role in (Role.ORGANISER,)))


def may(actor: Actor, permission: Permission, *, season: int | None = None, branch: int | None = None) -> bool:
    """Whether the actor may do this here. season, branch: ids; exactly those that the permission's scope names."""
    right = RIGHTS[permission]
    named = (Scope.SEASON if season is not None else HOUSE) | (Scope.BRANCH if branch is not None else HOUSE)
    if named != right.scope & (Scope.SEASON | Scope.BRANCH):
        raise TypeError(f"{permission} is held for {right.scope}, asked for {named}")
    return any(
        grant.role in right.roles
        and (right.scope is Scope.OWN or (grant.season_id in (None, season) and grant.branch_id in (None, branch)))
        for grant in actor.grants
    )


def require(actor: Actor, permission: Permission, *, season: int | None = None, branch: int | None = None) -> None:
    """Refuse (`Forbidden`) what the actor may not do here."""
    if not may(actor, permission, season=season, branch=branch):
        raise Forbidden("not_permitted", permission=permission.value)


def holds_anywhere(actor: Actor, permission: Permission, *, season: int | None = None) -> bool:
    """Whether there is any place, or any in this season, where the actor may do this. It allows nothing by itself."""
    right = RIGHTS[permission]
    return any(
        grant.role in right.roles
        and (season is None or grant.season_id in (None, season))
        and (right.scope is Scope.OWN or _reaches(grant, right.scope))
        for grant in actor.grants
    )


def branches_of(actor: Actor, permission: Permission, *, season: int) -> frozenset[int]:
    """Ids of the actor's branches, their own and those they hold a role for, for which they may do this."""
    known = {actor.branch_id, *(grant.branch_id for grant in actor.grants)} - {None}
    return frozenset(one for one in known if one and may(actor, permission, season=season, branch=one))


def _reaches(grant: Grant, scope: Scope) -> bool:
    """Whether a grant with these limits can ever act in such a scope."""
    return (grant.season_id is None or Scope.SEASON in scope) and (grant.branch_id is None or Scope.BRANCH in scope)
