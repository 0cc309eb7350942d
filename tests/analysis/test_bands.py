"""How far a weight can move: against trying out every weight, with ties, caps and entries left unranked."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.analysis.bands import Band, Swap, bands
from evalflow.kinds import standing
from evalflow.kinds.decision_rules import Cap, DecisionOptions, Rounding
from evalflow.workflow.outcome import Case
from tests.kinds.test_components import declared, ruled

NEAR = Fraction(1, 10**6)  # closer than any two crossings of such small numbers
PARTS = ("output", "goal", "harm")
points = st.lists(st.one_of(st.just("-"), st.integers(0, 12).map(str)), min_size=7, max_size=7)


def season(
    columns: dict[str, str], weights: tuple[int, ...], *, groups: str = "", seats: int = 2, chain: tuple[str, ...] = ()
) -> tuple[Case, DecisionOptions]:
    """A ranking by these numbers, exact. groups: "m s - …", the area of each entry; none: no cap."""
    parts = [
        f'{{ from = "form", as = "figure", figure = "{name}", weight = {weight} }}'
        for name, weight in zip(columns, weights, strict=True)
    ]
    areas = {key: area for key, area in zip("abcdefgh", groups.split(), strict=False) if area != "-"}
    case = declared(ruled(*parts, options="", seats=seats), choices={"area": areas}, **columns)
    options = case.stage.options
    assert isinstance(options, DecisionOptions)
    cap = Cap(at_most=1, per="form.area") if groups else None
    exact = Rounding(before_ranking=False)
    return case, options.model_copy(update={"cap": cap, "round": exact, "tie_break": chain})


def moved(options: DecisionOptions, name: str, weight: Fraction) -> DecisionOptions:
    """With another weight of one part, the others in proportion."""
    was = {part.name: Fraction(part.weight or 0) for part in options.component}
    share = (100 - weight) / (100 - was[name])
    now = {one: weight if one == name else share * old for one, old in was.items()}
    parts = tuple(part.model_copy(update={"weight": now[part.name]}) for part in options.component)
    return options.model_copy(update={"component": parts})


def seats_of(case: Case, options: DecisionOptions) -> tuple[set[str], set[str]]:
    cut = standing.stand(case, options).cut
    return set(cut.winners), set(cut.tied)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(points, min_size=2, max_size=3),
    st.sampled_from([(40, 60), (10, 90), (97, 3)]),
    st.sampled_from(["", "m m m s s - -", "m m m m m m m", "m s m s m s m"]),
    st.integers(1, 4),
    st.sampled_from([(), ("number",)]),
)
def test_the_seats_are_the_same_at_every_weight_inside_a_band_and_others_just_beyond_its_ends(
    numbers: list[list[str]], weights: tuple[int, int], groups: str, seats: int, chain: tuple[str, ...]
) -> None:
    columns = {name: " ".join(row) for name, row in zip(PARTS, numbers, strict=False)}
    shares = weights if len(numbers) == 2 else (weights[0], weights[1] - 1, 1)
    case, options = season(columns, shares, groups=groups, seats=seats, chain=chain)
    now = seats_of(case, options)
    for band in bands(options, standing.stand(case, options)):
        inside = [Fraction(weight) for weight in range(1, 100) if band.low < weight < band.high]
        assert [weight for weight in inside if seats_of(case, moved(options, band.component, weight)) != now] == []
        beyond = [band.low - NEAR if band.below else None, band.high + NEAR if band.above else None]
        found = [weight for weight in beyond if weight is not None and 0 < weight < 100]
        assert [weight for weight in found if seats_of(case, moved(options, band.component, weight)) == now] == []


def test_an_entry_that_a_cap_passes_over_counts_as_soon_as_it_is_ahead_of_its_own_group() -> None:
    """b is behind c of the same group and passed over; from 50 on it is ahead of c, and c is passed over."""
    case, options = season({"output": "6 10 8", "goal": "6 6 8"}, (40, 60), groups="m s s")
    stands = standing.stand(case, options)
    assert (stands.cut.winners, stands.passed_over) == (("c", "a"), ("b",))
    output, goal = bands(options, stands)
    assert output == Band("form.output", Fraction(40), None, Swap(Fraction(50), "b", "c"))
    assert goal == Band("form.goal", Fraction(60), Swap(Fraction(50), "b", "c"), None)


def test_an_entry_that_overtakes_a_winner_of_another_group_stays_passed_over() -> None:
    """c overtakes a at 50, but b of its group is ahead all the way: nothing changes."""
    case, options = season({"output": "6 9 7", "goal": "6 9 5"}, (40, 60), groups="m s s")
    stands = standing.stand(case, options)
    assert (stands.cut.winners, stands.passed_over) == (("b", "a"), ())
    assert [(band.below, band.above) for band in bands(options, stands)] == [(None, None), (None, None)]


def test_entries_that_share_a_place_after_rounding_are_level_at_the_weight_as_it_is() -> None:
    """a 7.3, b 7.4: rounded both have 7, and the order of presentation lets a in; exactly b is ahead from 33⅓ on."""
    case, options = season({"output": "7 8", "goal": "7.5 7"}, (40, 60), seats=1, chain=("number",))
    rounded = options.model_copy(update={"round": Rounding(decimals=0)})
    level = Swap(Fraction(40), "b", "a")
    assert next(bands(rounded, standing.stand(case, rounded))) == Band("form.output", Fraction(40), level, level)
    third = Swap(Fraction(100, 3), "a", "b")
    assert next(bands(options, standing.stand(case, options))) == Band("form.output", Fraction(40), third, None)
