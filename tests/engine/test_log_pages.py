"""The log's pages and bundles: who is shown what of it."""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from evalflow.access import Role
from evalflow.audit import ledger, note, upkeep
from evalflow.audit.head import Head
from evalflow.audit.models import Leaf
from evalflow.audit.signing import Signer
from evalflow.bundle import format as layout
from evalflow.bundle import recount
from evalflow.bundle.format import Bundle
from evalflow.engine import bundles
from evalflow.seasons import queries
from evalflow.seasons.models import Season
from tests.builders import ADMINISTRATOR, House
from tests.engine.test_steps import TWO_STAGES

PAGE = Path(__file__).parents[2] / "docs" / "audit-log.md"


@pytest.fixture
def season(house: House) -> Season:
    """One that is done with its first stage, in a house where another season runs and people come and go."""
    found = house.season(TWO_STAGES)
    other = house.season(TWO_STAGES, key="other-2026")
    house.open(found, "declare")
    house.open(other, "declare")
    house.person("clerk", Role.MEMBER)
    house.close(found, "declare")
    house.settle(found, "declare")
    return found


def seal(house: House, signer: Signer) -> None:
    house.act(lambda session, *, now: ledger.seal(session, signer, now=now))


def exported(house: House, season: Season, signer: Signer) -> Bundle:
    return house.ask(lambda session: bundles.export(session, queries.season_by_key(session, season.key), signer))


def test_of_what_is_not_about_the_season_only_hashes_leave_the_house_and_the_log_still_verifies(
    house: House, season: Season, signer: Signer, signed_in
) -> None:
    seal(house, signer)
    bundle = exported(house, season, signer)
    assert bundle.log is not None
    told = [json.loads(line) for line in bundle.log.leaves]
    own = [line["type"] for line in told if isinstance(line, dict)]
    assert own == ["season.created", "stage.opened", "stage.closed", "stage.settled"]
    assert {line["season"] for line in told if isinstance(line, dict)} == {season.key}
    hashes = house.ask(lambda session: [leaf.leaf_hash for leaf in session.query(Leaf).order_by(Leaf.number)])
    assert len(told) == len(hashes) > len(own) + 3
    assert all(line == hashes[number] for number, line in enumerate(told) if isinstance(line, str))
    assert recount.recount(bundle).differences == ()
    auditor = signed_in(house.person("auditor", Role.AUDITOR))
    packed = zipfile.ZipFile(BytesIO(auditor.get(f"/log/bundle/{season.key}.zip").data))
    assert packed.read("log/leaves.jsonl").decode() == layout.texts(bundle)["log/leaves.jsonl"]


def test_a_stage_that_was_settled_since_the_log_was_sealed_is_in_the_bundle_from_the_next_sealing_on(
    house: House, signer: Signer
) -> None:
    season = house.season(TWO_STAGES)
    house.open(season, "declare")
    house.close(season, "declare")
    seal(house, signer)
    house.settle(season, "declare")
    for outcomes in (set(), {"declare"}):
        bundle = exported(house, season, signer)
        assert (set(bundle.outcomes or {}), recount.recount(bundle).differences) == (outcomes, ())
        seal(house, signer)


def test_the_program_of_a_few_lines_in_the_handbook_computes_the_root_of_an_exported_log(
    house: House, season: Season, signer: Signer, tmp_path, monkeypatch, capsys
) -> None:
    seal(house, signer)
    bundle = exported(house, season, signer)
    layout.write(bundle, tmp_path / "bundle")
    monkeypatch.chdir(tmp_path / "bundle")
    (program,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    exec(program, {})
    assert bundle.log is not None
    said = note.parse_checkpoint(note.text_of(bundle.log.checkpoint))
    assert capsys.readouterr().out == f"{said.size} {said.root.hex()}\n"


def test_auditors_are_shown_that_the_log_was_set_back_and_why(
    house: House, season: Season, signer: Signer, signed_in, visitor
) -> None:
    seal(house, signer)
    head = signer.head()
    assert head is not None
    ahead = head.frontier.extend([bytes(32)])
    body = note.format_checkpoint(head.key.name, ahead.size, ahead.root())
    lost = note.sign_note(body, signer.own_key())
    signer.keep(Head(ahead, head.key, lost))
    with house.database.writing() as session:
        upkeep.accept_rollback(session, signer, "恢复昨日备份", actor=ADMINISTRATOR, now=house.now)
    page = signed_in(house.person("auditor", Role.AUDITOR)).get("/log/").text
    told = [words in page for words in ("日志曾退回到较早的备份", "恢复昨日备份", f"退回前已签名{ahead.size}条")]
    assert told == [True, True, True]
    assert lost.splitlines()[2].replace("+", "&#43;") in page.replace("+", "&#43;")
    assert "恢复昨日备份" not in visitor.get("/log/").text
    assert "恢复昨日备份" not in signed_in(house.person("clerk2", Role.MEMBER)).get("/log/").text


def test_the_page_verifies_the_log_against_the_head_that_was_signed_last(
    house: House, season: Season, signer: Signer, signed_in
) -> None:
    seal(house, signer)
    auditor = signed_in(house.person("auditor", Role.AUDITOR))
    seal(house, signer)
    assert "已重新计算，结果一致" in auditor.send("/log/verify").text
