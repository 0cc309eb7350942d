"""What no choice of ballots, marks or names may break."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalflow.analysis import counting
from evalflow.tally.agreement import METRICS, kendall_w, krippendorff_alpha
from evalflow.tally.attainment import Scale, Targets, attainment
from evalflow.tally.budget import greedy
from evalflow.tally.capping import cut_with_cap
from evalflow.tally.condorcet import pairwise, schulze, strongest_path
from evalflow.tally.graded import score
from evalflow.tally.levelling import level
from evalflow.tally.meek import meek
from evalflow.tally.panel import Steps, part
from evalflow.tally.points import VOTE_POINTS
from evalflow.tally.profile import NO_OPINION, UNRANKED, Profile, first_preferences
from evalflow.tally.quorum import Base, Share, is_carried, needed, parse_ayes, parse_presence
from evalflow.tally.ranking import break_ties, composite, cut, draw, lots, rank
from evalflow.tally.recheck import outliers
from evalflow.tally.roots import geometric_mean, natural_log
from evalflow.tally.rounding import round_half_up
from evalflow.tally.scoring import AGGREGATES, aggregate
from evalflow.tally.star import bloc_star
from evalflow.tally.tiers import Tier, assign
from evalflow.tally.trajectory import expected, forecast, light
from evalflow.tally.transferable import instant_runoff, transferable
from evalflow.tally.voting import approval, extended

ENTRIES = ("a", "b", "c", "d", "e")

entries = st.sampled_from(ENTRIES)
ballots = st.lists(st.tuples(st.frozensets(entries), st.integers(0, 5)), max_size=12)
fractions = st.fractions(min_value=0, max_value=100, max_denominator=8)
scores = st.dictionaries(entries, st.none() | fractions)
marks = st.dictionaries(st.text("uvwxyz", min_size=1, max_size=3), fractions, max_size=9)
renamings = st.permutations(ENTRIES).map(lambda names: dict(zip(ENTRIES, names, strict=True)))


def for_all(*strategies):
    """`given`, without a deadline: a busy machine is no counterexample."""
    return lambda test: settings(max_examples=60, deadline=None)(given(*strategies)(test))


def counted(box, bounds=(1, 3)):
    count = approval(box, ENTRIES, minimum=bounds[0], maximum=bounds[1], electors=100)
    return replace(count, top=1, heads=dict.fromkeys(ENTRIES, Fraction(3)))


def floats_in(value):
    if isinstance(value, dict):
        return [found for pair in value.items() for part in pair for found in floats_in(part)]
    if isinstance(value, list | tuple):
        return [found for part in value for found in floats_in(part)]
    if hasattr(value, "__dataclass_fields__"):
        return [found for name in value.__dataclass_fields__ for found in floats_in(getattr(value, name))]
    return [value] if isinstance(value, float) else []


@for_all(ballots, renamings)
def test_neutrality_renaming_the_entries_renames_the_count_and_its_points(box, names):
    renamed = [(frozenset(names[entry] for entry in chosen), times) for chosen, times in box]
    before, after = counted(box), counted(renamed)
    assert {names[entry]: votes for entry, votes in before.votes.items()} == after.votes
    for convert in VOTE_POINTS.values():
        assert {names[entry]: points for entry, points in convert(before).items()} == convert(after)


@for_all(ballots, st.randoms(use_true_random=False))
def test_anonymity_the_order_of_the_ballots_does_not_matter(box, chance):
    assert counted(chance.sample(box, len(box))) == counted(box)


@for_all(ballots)
def test_a_ballot_of_weight_n_is_n_identical_ballots(box):
    assert counted([(chosen, 1) for chosen, times in box for _ in range(times)]) == counted(box)


@for_all(ballots, st.tuples(st.integers(0, 2), st.integers(2, 5)))
def test_every_ballot_is_valid_invalid_or_an_abstention(box, bounds):
    count = counted(box, bounds)
    assert count.cast == sum(times for _, times in box)
    assert count.valid * bounds[0] <= sum(count.votes.values()) <= count.valid * bounds[1]


@for_all(ballots)
def test_vote_points_keep_the_order_of_votes_and_lie_from_0_to_100(box):
    count = counted(box)
    for name in VOTE_POINTS.keys() - {"mean_of_grades", "given_points"}:
        points = VOTE_POINTS[name](count)
        assert all(0 <= value <= 100 for value in points.values())
        assert all(points[x] >= points[y] for x in ENTRIES for y in ENTRIES if count.votes[x] >= count.votes[y])


@for_all(scores)
def test_a_place_is_one_more_than_the_number_of_better_entries(found):
    for place in rank(found):
        better = [score for score in found.values() if score is not None and score > (place.score or 0)]
        assert place.place == (None if place.score is None else 1 + len(better))


@for_all(scores, renamings)
def test_neutrality_renaming_the_entries_renames_their_places(found, names):
    before = {names[place.entry]: place.place for place in rank(found)}
    assert before == {place.entry: place.place for place in rank({names[entry]: s for entry, s in found.items()})}


@for_all(scores, st.integers(0, 6))
def test_a_cut_loses_nobody_and_never_overfills(found, seats):
    line = cut(rank(found), seats)
    assert sorted(line.winners + line.tied + line.below) == sorted(found)
    assert len(line.winners) + line.seats_left == seats
    assert not line.tied or 0 < line.seats_left < len(line.tied)


@for_all(scores, st.dictionaries(entries, st.integers(0, 2)), st.binary(max_size=8))
def test_a_chain_never_moves_an_entry_past_a_better_score_and_a_draw_leaves_no_tie(found, keys, seed):
    after = break_ties(rank(found), [("keys", keys), ("draw", lots(ENTRIES, seed))]).places
    ranked = [place for place in after if place.score is not None]
    assert [place.score for place in ranked] == sorted((place.score for place in ranked), reverse=True)
    assert [(place.place, place.tied) for place in ranked] == [(n + 1, False) for n in range(len(ranked))]


@for_all(st.sets(entries), st.binary(max_size=8))
def test_leaving_entries_out_of_a_draw_does_not_move_the_others(some, seed):
    assert draw(some, seed) == tuple(entry for entry in draw(ENTRIES, seed) if entry in some)


@for_all(marks, st.sampled_from(sorted(AGGREGATES)), st.integers(2, 6))
def test_an_aggregate_accounts_for_every_mark_and_stays_within_them(given_marks, method, more_than):
    result = aggregate(given_marks, method, trim_when_more_than=more_than)
    assert dict(result.kept + result.dropped) == given_marks
    assert result.raters == len(given_marks)
    if method not in ("sum", "trimmed_sum") and given_marks:
        assert min(given_marks.values()) <= result.score <= max(given_marks.values())


@for_all(marks, st.randoms(use_true_random=False), st.sampled_from(sorted(AGGREGATES)))
def test_anonymity_who_gave_which_mark_does_not_change_the_score(given_marks, chance, method):
    values = list(given_marks.values())
    swapped = dict(zip(given_marks, chance.sample(values, len(values)), strict=True))
    assert aggregate(swapped, method).score == aggregate(given_marks, method).score


@for_all(st.dictionaries(entries, marks))
def test_levelling_keeps_every_raters_order_and_invents_no_mark(sheets):
    levelled = level(sheets)
    assert {entry: row.keys() for entry, row in levelled.items()} == {
        entry: row.keys() for entry, row in sheets.items()
    }
    for one in sheets:
        for other in sheets:
            for rater in sheets[one].keys() & sheets[other].keys():
                if sheets[one][rater] <= sheets[other][rater]:
                    assert levelled[one][rater] <= levelled[other][rater]


@for_all(st.dictionaries(entries, fractions), st.integers(0, 100))
def test_the_composite_of_one_column_with_itself_is_that_column(column, weight):
    assert composite([("one", weight, column), ("two", 100 - weight, column)]) == column


@for_all(st.fractions(max_denominator=10**6), st.integers(0, 6))
def test_rounding_moves_a_number_by_at_most_half_a_unit_and_mirrors_at_zero(value, decimals):
    rounded = Fraction(round_half_up(value, decimals))
    assert abs(rounded - value) <= Fraction(1, 2 * 10**decimals)
    assert Fraction(round_half_up(-value, decimals)) == -rounded
    assert round_half_up(value, decimals).as_tuple().exponent == -decimals


@for_all(st.integers(1, 30), st.integers(1, 30), st.booleans(), st.integers(0, 60))
def test_the_number_needed_meets_the_rule_and_one_less_does_not(part, whole, strict, base):
    assume(part < whole)
    rule = Share(Fraction(part, whole), Base.ENTITLED, strict=strict)
    meets = [n for n in range(1, base + 1) if (n > rule.fraction * base if strict else n >= rule.fraction * base)]
    assert meets == [n for n in range(1, base + 1) if n >= needed(rule, base)]


@for_all(st.integers(1, 30), st.integers(1, 30), st.booleans())
def test_a_rule_reads_back_as_it_is_written(part, whole, strict):
    assume(part < whole)
    rule = Share(Fraction(part, whole), Base.ENTITLED, strict=strict)
    assert parse_presence(str(rule)) == parse_ayes(str(rule)) == rule


@for_all(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_one_more_aye_never_loses_a_motion(ayes, noes, abstentions, absent):
    present = ayes + noes + abstentions + 1
    for text in ("1/2 of entitled", ">=2/3 of present", "1/2 of votes"):
        rule, base = parse_ayes(text), {"entitled": present + absent, "present": present}
        before = is_carried(ayes, noes, abstentions=abstentions, **base, rule=rule)
        assert not before or is_carried(ayes + 1, noes, abstentions=abstentions, **base, rule=rule)


@for_all(scores, st.lists(st.integers(0, 3), max_size=3))
def test_tiers_lose_nobody_and_never_overfill(found, seats):
    tiers = [Tier(str(number), size) for number, size in enumerate(seats)]
    tiering = assign(rank(found), tiers)
    placed = [entry for members in tiering.members.values() for entry in members]
    shared = [entry for straddle in tiering.undecided for entry in straddle.entries]
    assert sorted([*placed, *shared, *tiering.outside]) == sorted(found)
    assert all(len(tiering.members[tier.name]) + tiering.empty[tier.name] <= tier.seats for tier in tiers)


ranks = st.sampled_from([1, 2, 3, 4, 5, UNRANKED, NO_OPINION])
ranked = st.lists(st.tuples(st.lists(ranks, min_size=5, max_size=5).map(bytes), st.integers(0, 5)), max_size=6).map(
    lambda box: Profile(ENTRIES, tuple(row for row, _ in box), tuple(times for _, times in box))
)


@for_all(ballots, scores, marks, st.dictionaries(entries, marks))
def test_no_result_of_votes_scores_and_sheets_holds_a_float(box, found, given_marks, sheets):
    count = counted(box)
    results = [count, rank(found), cut(rank(found), 2), level(sheets), assign(rank(found), [Tier("first", 1)])]
    results += [extended(replace(count, electors=None), count)]
    results += [composite([("votes", 30, count.votes), ("sheets", 70, dict.fromkeys(ENTRIES, Fraction(1)))])]
    results += [convert(count) for convert in VOTE_POINTS.values()]
    results += [aggregate(given_marks, method) for method in AGGREGATES]
    results += [kendall_w(sheets), *(krippendorff_alpha(sheets, metric) for metric in METRICS)]
    results += [outliers(given_marks, beyond=3, centre=centre) for centre in ("mean", "median")]
    results += [part(given_marks, Steps("trimmed_mean", round_panel=2, round_part=2), factor=Fraction(8, 5))]
    results += [cut_with_cap(rank(found), 2, dict.fromkeys(ENTRIES[:3], "one"), 1)]
    results += [greedy(count.votes, dict.fromkeys(ENTRIES, 7), 20)]
    assert floats_in(results) == []


@for_all(ranked, st.integers(1, 4))
def test_no_result_of_ranked_ballots_holds_a_float(profile, seats):
    without = Profile(ENTRIES, tuple(row.replace(bytes([UNRANKED]), b"\0") for row in profile.rows), profile.times)
    results = [schulze(profile), transferable(profile, seats), instant_runoff(profile), meek(profile, seats)]
    results += [bloc_star(without), score(without, maximum=5), first_preferences(profile)]
    results += [strongest_path(pairwise(profile), "a", "b")]
    assert floats_in(results) == []


@for_all(
    st.lists(fractions, min_size=3, max_size=3, unique=True), fractions, st.lists(fractions, min_size=1, max_size=4)
)
def test_no_figure_of_targets_roots_and_shares_holds_a_float(numbers, value, several):
    baseline, work, stretch = sorted(numbers)
    targets = Targets(baseline=baseline + 1, work=work + 1, stretch=stretch + 1)
    results = [attainment(value, targets), attainment(value, replace(targets, capped=False))]
    results += [attainment(value, replace(targets, scale=Scale.LOG))]
    results += [geometric_mean(several), natural_log(value + 1), round_half_up(value, 2)]
    days = [(date(2026, 1, 1) + timedelta(day), number) for day, number in enumerate(numbers)]
    results += [expected(days, date(2026, 1, 2)), forecast(days, date(2026, 2, 1))]
    results += [light(value, work, baseline=baseline, work=stretch)]
    assert floats_in(results) == []


def test_every_module_of_the_tally_that_makes_figures_is_asked_for_floats():
    called = [*globals().values(), *VOTE_POINTS.values()]
    asked = {one.__module__.rpartition(".")[2] for one in called if hasattr(one, "__module__")}
    modules = {key.partition(".")[0] for key in counting.rules()}
    of_whole_numbers_or_keys = {"apportion", "exact", "planes", "preferences", "ties", "void"}
    assert modules - asked == of_whole_numbers_or_keys
