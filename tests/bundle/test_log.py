"""A bundle that comes with its log: the tree is recomputed, and what the log fixed is held against the recount."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evalflow.audit import note, tree
from evalflow.audit.event import Event, canonical, commit, encode
from evalflow.bundle import format, recount
from evalflow.bundle.log import Log, digest_of, hashed, telling_casts
from evalflow.errors import BundleError

SIGNER = note.SigningKey("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = note.SigningKey("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
SALT, PAYLOAD = b"s" * 16, {"login": "chen"}
SEED = "5eed"


def event(number, name, stage="", season="teahouse-2026", commitment="", **public):
    return Event(f"{number:032x}", MOMENT, name, "organiser", season, stage, public, commitment)


def signed(events, size=None, signer=SIGNER):
    leaves = [encode(one) for one in events]
    size = len(leaves) if size is None else size
    root = tree.root([tree.leaf_hash(leaf) for leaf in leaves[:size]])
    text = note.sign_note(note.format_checkpoint(signer.name, size, root), signer)
    return Log(tuple(leaf.decode() for leaf in leaves), text, note.format_verifier(SIGNER.verifier))


@pytest.fixture
def bundle(example):
    by_hand = format.read(example)
    return replace(by_hand, digest=by_hand.definition.digest, draw_seed=SEED)


@pytest.fixture
def events(bundle):
    """A house's log: another season's creation, a login, then this season from its creation to its last stage."""
    committed = hashlib.sha256(bytes.fromhex(SEED)).hexdigest()
    settled = [
        event(number, "stage.settled", stage, outcome_sha256=digest_of(outcome))
        for number, (stage, outcome) in enumerate(bundle.outcomes.items(), 3)
    ]
    return [
        event(0, "season.created", season="teahouse-2025", digest="00", draw_seed="00"),
        event(1, "account.logged_in", season="", commitment=commit(SALT, PAYLOAD)),
        event(2, "season.created", digest=bundle.digest, draw_seed=committed),
        *settled,
    ]


def differences(bundle, log):
    return recount.recount(replace(bundle, log=log)).differences


def test_a_log_that_agrees_makes_no_difference(bundle, events):
    assert differences(bundle, signed(events)) == ()


def test_the_log_is_written_and_read_back(bundle, events, tmp_path):
    whole = replace(bundle, log=signed(events))
    format.write(whole, tmp_path / "exported")
    names = sorted(path.name for path in (tmp_path / "exported" / "log").iterdir())
    assert names == ["checkpoint", "leaves.jsonl", "verifier"]
    assert format.read(tmp_path / "exported") == whole


def test_what_was_settled_otherwise_is_told_with_its_stage(bundle, events):
    was = events[4].public["outcome_sha256"]
    events[4] = replace(events[4], public={"outcome_sha256": "00"})
    assert differences(bundle, signed(events)) == (f"log: stage vote: outcome 00 logged, {was} recounted",)


def test_changed_evidence_contradicts_the_log_even_where_the_stored_outcome_was_changed_with_it(bundle, events):
    ballots = bundle.tables["vote"]["ballots"]
    changed = {**bundle.tables["vote"], "ballots": ({**ballots[0], "choices": "jade"}, *ballots[1:])}
    forged = replace(bundle, tables={**bundle.tables, "vote": changed}, outcomes=None)
    forged = replace(forged, tables={**forged.tables, "result": {}})
    forged = replace(forged, outcomes=recount.recount(forged).outcomes)
    told = [line.split(" logged")[0].rsplit(" ", 1)[0] for line in differences(forged, signed(events))]
    assert told == ["log: stage vote: outcome", "log: stage result: outcome"]


def test_a_stage_that_only_one_of_them_knows_is_told(bundle, events):
    assert differences(bundle, signed(events[:-1])) == ("log: stage result: was not settled",)
    reached = {stage: outcome for stage, outcome in bundle.outcomes.items() if stage != "result"}
    told = differences(replace(bundle, outcomes=reached), signed(events))
    assert told == ("log: stage result: was settled, the bundle holds no outcome of it",)


def test_the_last_settlement_of_a_stage_counts(bundle, events):
    early = event(99, "stage.settled", "vote", outcome_sha256="00")
    assert differences(bundle, signed([*events[:3], early, *events[3:]])) == ()


def test_other_rules_and_another_seed_than_the_log_fixed_are_told(bundle, events):
    events[2] = replace(events[2], public={"digest": "00", "draw_seed": "00"})
    assert differences(bundle, signed(events)) == (
        f"log: season teahouse-2026: rules 00 logged, {bundle.digest} in the bundle",
        "log: season teahouse-2026: draw_seed is not the one committed to",
    )


def test_a_seed_that_is_not_disclosed_yet_is_not_compared(bundle, events):
    events[2] = replace(events[2], public={**events[2].public, "draw_seed": "00"})
    assert differences(replace(bundle, draw_seed=""), signed(events)) == ()


def test_a_season_that_the_log_does_not_know_is_told(bundle, events):
    log = signed(events[:2])
    assert differences(replace(bundle, outcomes={}), log) == ("log: season teahouse-2026: was not created",)


def test_a_touched_leaf_breaks_the_log(bundle, events):
    log = signed(events)
    touched = replace(log, leaves=(*log.leaves[:-1], log.leaves[-1].replace('"organiser"', '"auditor"')))
    assert differences(bundle, touched) == ("log: leaf 6: the tree of 6 leaves has another root than its checkpoint",)


def test_a_signature_by_another_key_breaks_the_log(bundle, events):
    assert differences(bundle, signed(events, signer=OTHER)) == ("log: the note bears no signature of a known key",)


def test_a_leaf_after_the_checkpoint_breaks_the_log(bundle, events):
    told = differences(bundle, signed(events, size=5))
    assert told == ("log: leaf 5: no checkpoint covers it: it was signed by nobody",)


def test_other_seasons_events_may_stay_in_the_house_as_hashes(bundle, events, tmp_path):
    whole = signed(events)
    hashes = [hashed(tree.leaf_hash(leaf.encode()).hex()) for leaf in whole.leaves[:2]]
    kept = replace(bundle, log=replace(whole, leaves=(*hashes, *whole.leaves[2:])))
    format.write(kept, tmp_path / "exported")
    assert format.read(tmp_path / "exported") == kept
    assert recount.recount(kept).differences == ()
    forged = replace(whole, leaves=(hashed("00" * 32), *kept.log.leaves[1:]))
    told = differences(bundle, forged)
    assert told == ("log: leaf 6: the tree of 6 leaves has another root than its checkpoint",)


def test_casts_of_before_that_tell_their_moment_are_counted(events):
    now = event(9, "ballot.cast", "vote", envelope="00", replaces=None)
    log = signed([*events, now, replace(now, id="f" * 32, at=datetime(2026, 1, 1, tzinfo=UTC))])
    assert telling_casts(log) == 1


def test_a_line_that_is_neither_an_event_nor_a_hash_is_named(bundle, events):
    whole = signed(events)
    told = differences(bundle, replace(whole, leaves=('"00"', *whole.leaves[1:])))
    assert [line.startswith("log: leaf 0: not an event") for line in told] == [True]


def test_a_disclosed_personal_part_is_held_against_its_commitment(bundle, events, tmp_path):
    text = canonical(PAYLOAD).decode()
    kept = replace(bundle, log=replace(signed(events), personal={events[1].id: (SALT, text)}))
    format.write(kept, tmp_path / "dossier")
    assert format.read(tmp_path / "dossier") == kept
    assert recount.recount(kept).differences == ()
    forged = replace(signed(events), personal={events[1].id: (SALT, '{"login":"wang"}')})
    assert differences(bundle, forged) == ("log: leaf 1: the personal part is not the one committed to",)


@pytest.mark.parametrize(
    "line",
    [
        {"event": "e", "payload": "{}"},
        {"event": "e", "payload": "{}", "salt": "xy"},
        {"event": "e", "payload": "{}", "salt": 1},
        {"event": "e", "payload": "{}", "salt": "00", "name": ""},
    ],
)
def test_a_personal_part_that_is_not_as_it_should_be_is_refused_with_its_line(bundle, events, tmp_path, line):
    format.write(replace(bundle, log=signed(events)), tmp_path / "dossier")
    good = {"event": "f", "payload": "{}", "salt": "00"}
    lines = [json.dumps(good), json.dumps(line)]
    (tmp_path / "dossier" / "log" / "personal.jsonl").write_text("\n".join(lines))
    with pytest.raises(BundleError) as refused:
        format.read(tmp_path / "dossier")
    expected = "event, payload and salt (hex), each event once"
    assert str(refused.value) == f"log/personal.jsonl:2: expected {expected}, found {', '.join(line)}"
