"""Who may do what: one table, default deny.

A person holds grants: a role, perhaps only for one branch or one season. A permission names an act. `ROLES_OF` says
which roles carry it; whatever is not in the table is forbidden to everybody. A route, a command and a template all
ask the same question: `may(actor, permission, season=…, branch=…)`.
"""

import enum
from dataclasses import dataclass

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
    STEER = "steer"  # open, close, reopen, cancel
    SUPERVISE = "supervise"  # follow-up orders on projects
    FOLLOW_TURNOUT = "follow_turnout"
    AUDIT = "audit"
    ADMINISTER = "administer"  # people, branches, invitations


V, M, B, C, O, T, S, A, X = Role  # one letter a role, so that the table below reads as a table

ROLES_OF: dict[Permission, frozenset[Role]] = {
    Permission.SEE_PUBLIC: frozenset(Role),
    Permission.SIGN_IN: frozenset(Role),
    Permission.USE_ACCOUNT: frozenset({M, B, C, O, T, S, A, X}),
    Permission.PREPARE: frozenset({B, O}),
    Permission.DECLARE: frozenset({B}),
    Permission.REVIEW: frozenset({O}),
    Permission.ACCEPT_COMMAND: frozenset({S}),
    Permission.VOTE: frozenset({M}),
    Permission.HOLD_SHARE: frozenset({T}),
    Permission.SCORE: frozenset({B}),
    Permission.READ_DOSSIER: frozenset({C, O, A}),
    Permission.INSPECT: frozenset({O}),
    Permission.DECIDE: frozenset({C}),
    Permission.KEEP_MINUTES: frozenset({O}),
    Permission.OBJECT: frozenset(Role),
    Permission.ANSWER_OBJECTIONS: frozenset({O}),
    Permission.FINALISE: frozenset({C}),
    Permission.READ_ACCOUNT: frozenset({B, C, O, A}),
    Permission.SPEND: frozenset({B}),
    Permission.SEE_FUND: frozenset({C, O, A}),
    Permission.KEEP_FUND: frozenset({O}),
    Permission.STEER: frozenset({O}),
    Permission.SUPERVISE: frozenset({O}),
    Permission.FOLLOW_TURNOUT: frozenset({O, A, C}),
    Permission.AUDIT: frozenset({A}),
    Permission.ADMINISTER: frozenset({X}),
}


@dataclass(frozen=True)
class Grant:
    """A role, everywhere or for one branch or one season (None = every one)."""

    role: Role
    branch_id: int | None = None
    season_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """Who is asking. `person_id` is None for a visitor and for the system itself.

    office: what the log says of them, such as "organiser" or "branch_secretary:smelting"; never a name. speaks_for:
    keys of the branches they are secretary of.
    """

    person_id: int | None
    name: str
    office: str
    branch_id: int | None = None
    grants: frozenset[Grant] = frozenset()
    locale: str = "zh_Hans"
    login: str = ""
    speaks_for: frozenset[str] = frozenset()

    @property
    def is_authenticated(self) -> bool:
        return self.person_id is not None


VISITOR = Actor(None, "", "visitor", grants=frozenset({Grant(Role.VISITOR)}))
SYSTEM = Actor(None, "", "system", grants=frozenset(Grant(role) for role in (Role.ORGANISER,)))


def may(actor: Actor, permission: Permission, *, season: int | None = None, branch: int | None = None) -> bool:
    """Whether one of the actor's grants carries the permission in this season and for this branch (ids)."""
    return any(
        grant.role in ROLES_OF[permission]
        and (season is None or grant.season_id in (None, season))
        and (branch is None or grant.branch_id in (None, branch))
        for grant in actor.grants
    )


def require(actor: Actor, permission: Permission, *, season: int | None = None, branch: int | None = None) -> None:
    """Refuse (`Forbidden`) what the actor may not do."""
    if not may(actor, permission, season=season, branch=branch):
        raise Forbidden("not_permitted", permission=permission.value)
