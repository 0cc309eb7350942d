"""Every act asks whether the actor may do it, and names what the permission is held for; so do pages and templates."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from evalflow.access import RIGHTS, Permission, Scope

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text()
    for path in sorted((ROOT / "evalflow").rglob("*.py"))
}
ASKING = ("may", "require", "branches_of")
PLACES = {"season": Scope.SEASON, "branch": Scope.BRANCH}
# Public, with an actor, and yet no acts by themselves: what calls them has asked.
PARTS = frozenset(
    {
        "evalflow.audit.ledger.append",
        "evalflow.files.commands.keep",
        "evalflow.funds.books.book",
        "evalflow.meetings.commands.annul",
        "evalflow.meetings.commands.divide",
        "evalflow.seasons.moves.advance",
        "evalflow.seasons.moves.advance_all",
        "evalflow.seasons.moves.bring_back",
        "evalflow.seasons.moves.drop",
        "evalflow.seasons.moves.send_back",
        "evalflow.seasons.record.record",
        "evalflow.seasons.repeating.wait_again",
        "evalflow.seasons.taking_back.keep",
        "evalflow.stages.approval.commands.log",
        "evalflow.stages.inspection.acts.log",
        "evalflow.stages.submission.acceptance.accept",
        "evalflow.stages.submission.acceptance.log",
    }
)
# Public, with an actor, and write nothing: they read what this actor may bring in.
READS = frozenset(
    {
        "evalflow.stages.submission.bringing.preview",
        "evalflow.stages.tracking.bringing.preview",
        "evalflow.stages.tracking.bringing.template",
    }
)
LIFECYCLE = re.compile(r"evalflow\.stages\.\w+\.lifecycle\.(opened|closed)")  # parts of opening and closing a stage
# What is logged although nobody asks: by what it is allowed.
UNASKED = {
    "evalflow.audit.holding.note": "time",
    "evalflow.people.accounts.accept_invitation": "the token of the invitation",
    "evalflow.reminding.commands.end_round": "time",
    "evalflow.stages.ballot.commands.count": "the last share, handed in, or the end of an open vote",
    "evalflow.stages.ballot.upkeep.wipe": "time",
    "evalflow.stages.ballot.counting.refuse": "the share that was handed in",
    "evalflow.stages.ballot.counting.lose": "time: nobody has heard of the process that held the count's key",
}


class Program:
    """Who calls whom, as far as names tell: functions of modules, by their full names."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.functions: dict[str, ast.FunctionDef] = {}
        self.names: dict[str, dict[str, str]] = {}
        for module, text in sources.items():
            tree = ast.parse(text)
            known: dict[str, str] = {}
            for node in tree.body:
                if isinstance(node, ast.FunctionDef):
                    self.functions[f"{module}.{node.name}"] = node
                    known[node.name] = f"{module}.{node.name}"
                elif isinstance(node, ast.ImportFrom):
                    known |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
            self.names[module] = known
        self.called = {name: self._calls(name) for name in self.functions}

    def _calls(self, name: str) -> set[str]:
        """Full names of what a function calls."""
        known = self.names[name.rpartition(".")[0]]
        found = set()
        for node in ast.walk(self.functions[name]):
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Name(id=called):
                        found.add(known.get(called, called))
                    case ast.Attribute(value=ast.Name(id=module), attr=called):
                        found.add(f"{known.get(module, module)}.{called}")
        return found

    def authorises(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether it asks `require`, itself or through what it calls."""
        called = self.called[name]
        further = [one for one in called if one in self.functions and one not in seen]
        return "evalflow.access.require" in called or any(self.authorises(one, seen | {name}) for one in further)

    def callers(self, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        """Public functions that call it, themselves or through private ones."""
        found: set[str] = set()
        for one in self.functions:
            if one not in seen and name in self.called[one]:
                is_private = one.rpartition(".")[2].startswith("_")
                found |= self.callers(one, seen | {one}) if is_private else {one}
        return found

    def acts(self) -> Iterator[str]:
        """Public functions that are given an actor by name: so acts are written here."""
        for name, function in self.functions.items():
            named = {argument.arg for argument in function.args.kwonlyargs}
            if "actor" in named and not function.name.startswith("_") and not LIFECYCLE.fullmatch(name):
                yield name


def unasked(sources: Mapping[str, str]) -> list[str]:
    program = Program(sources)
    return [name for name in program.acts() if name not in PARTS | READS and not program.authorises(name)]


PROGRAM = Program(SOURCES)


def test_every_act_asks_whether_the_actor_may_do_it() -> None:
    assert unasked(SOURCES) == []


def test_what_leaves_the_asking_to_its_callers_is_called_by_nothing_that_does_not_ask() -> None:
    assert set(PROGRAM.acts()) >= PARTS | READS
    wrong = []
    for part in PARTS:
        for caller in PROGRAM.callers(part) - PARTS - UNASKED.keys():
            if not LIFECYCLE.fullmatch(caller) and not PROGRAM.authorises(caller):
                wrong.append(f"{caller} calls {part}")
    assert wrong == []


def test_an_act_that_asks_nobody_is_found() -> None:
    silent = """
from evalflow.access import may
from evalflow.seasons import queries as seasons

def confirm_marks(session, stage_id, *, actor, now):
    stage = seasons.locked_stage(session, stage_id)
    return _kept(session, stage, actor)

def _kept(session, stage, actor):
    return stage
"""
    assert unasked(SOURCES | {"evalflow.stages.silent.commands": silent}) == [
        "evalflow.stages.silent.commands.confirm_marks"
    ]


def misnamed(sources: Mapping[str, str]) -> list[str]:
    """Calls that do not name what the permission's scope names, or that do not write their permission out."""
    found = []
    for module, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKING:
                place = f"{module}:{node.lineno}"
                match node.args:
                    case [_, ast.Attribute(value=ast.Name(id="Permission"), attr=name)]:
                        asked = Scope.BRANCH if node.func.id == "branches_of" else Scope.INSTALLATION
                        for keyword in node.keywords:
                            asked |= PLACES[keyword.arg or ""]
                        scope = RIGHTS[Permission[name]].scope
                        if asked != scope & (Scope.SEASON | Scope.BRANCH):
                            found.append(f"{place} {name} is held for {scope}, asked for {asked}")
                    case _:
                        found.append(f"{place} names no permission")
    return found


def test_every_call_names_what_its_permission_is_held_for() -> None:
    own = {
        "evalflow.access",
        "evalflow.web.text",
    }  # the check itself; `can`, which takes from its subject what is named
    assert misnamed({module: text for module, text in SOURCES.items() if module not in own}) == []


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ("require(actor, Permission.STEER, season=1)", False),
        ("require(actor, Permission.STEER)", True),
        ("require(actor, Permission.KEEP_FUND, season=1)", True),
        ("may(actor, Permission.DECLARE, season=1)", True),
        ("may(actor, Permission.DECLARE, season=1, branch=2)", False),
        ("may(actor, permission, season=1)", True),
        ("branches_of(actor, Permission.DECLARE, season=1)", False),
    ],
)
def test_a_call_that_names_less_or_more_is_found(call: str, wrong: bool) -> None:
    assert bool(misnamed({"example": call})) is wrong


def test_every_question_of_a_template_has_the_subject_that_its_permission_is_held_for() -> None:
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for name, subject in re.findall(r"""\bcan\(["'](\w+)["'](,\s*[\w.]+)?\)""", path.read_text()):
            named = RIGHTS[Permission(name)].scope & (Scope.SEASON | Scope.BRANCH)
            if bool(named) != bool(subject) or (Scope.BRANCH in named and "entry" not in subject):
                wrong.append((path.name, name, subject))
    assert wrong == []


def test_every_permission_declares_its_scope_and_its_roles() -> None:
    assert set(RIGHTS) == set(Permission)
