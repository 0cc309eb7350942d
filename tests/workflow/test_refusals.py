"""What can't work is refused by name: one nonsense a test, and the whole of what is printed."""

from tests.workflow.small import SMALL, misprinted, refusal, without

METHODS = (
    "approval | plurality | score | cumulative | grade | positional | star | schulze | instant_runoff | stv | meek"
)

FORM_END = 'label = { zh = "名称" }, required = true }]'


def test_what_can_work_is_not_refused() -> None:
    assert refusal(SMALL) == ""


def test_what_is_not_toml() -> None:
    assert misprinted("format = 1", "format =") == (
        "small.toml: workflow: (syntax): expected TOML 1.0, found Invalid value (at line 1, column 9)"
    )


def test_a_file_without_stages() -> None:
    assert refusal(SMALL.split("[[stage]]")[0]) == (
        "small.toml: workflow: stage: expected one [[stage]] or more, found nothing"
    )


def test_an_unknown_format() -> None:
    assert misprinted("format = 1", "format = 2") == "small.toml: workflow: format: expected 1, found 2"


def test_an_unknown_key_of_the_workflow() -> None:
    assert misprinted('moves = "together"', 'moves = "together"\nmove = "apart"') == (
        "small.toml: workflow: move: expected moves or another known key, found 'move'"
    )


def test_a_missing_key() -> None:
    assert misprinted('moves = "together"\n', "") == "small.toml: workflow: moves: expected a value, found nothing"


def test_a_title_that_is_not_in_chinese() -> None:
    assert misprinted('title = { zh = "申报" }', 'title = { en = "Declaration" }') == (
        "small.toml: stage declaration: title.zh: expected a value, found nothing"
    )


def test_a_season_that_starts_on_a_day_not_every_year_has() -> None:
    assert misprinted('starts = "03-02"', 'starts = "02-29"') == (
        "small.toml: workflow: starts: expected a day of every year as MM-DD, found 02-29"
    )


def test_an_unknown_kind() -> None:
    assert misprinted('kind = "ballot"', 'kind = "lottery"') == (
        "small.toml: stage vote: kind: expected approval | award | ballot | decision | inspection | notice | "
        'promotion | scoring | submission | tracking, found "lottery"'
    )


def test_an_unknown_option_of_a_kind() -> None:
    assert misprinted('method = "approval"', 'method = "approval"\nmajority = "simple"') == (
        "small.toml: stage vote: majority: expected one of the known keys: choose, closes, default, draw, equal_ranks, "
        "establishment, grade, intro, key, kind, method, min_entries, no_opinion, opens, points, ranks, reopen, "
        "revote, seats, secrecy, small_branch, tellers, title, unclear, weights, found 'majority'"
    )


def test_an_unknown_way_to_vote() -> None:
    assert misprinted('method = "approval"', 'method = "borda"') == (
        f'small.toml: stage vote: method: expected {METHODS}, found "borda"'
    )


def test_an_unknown_way_to_make_a_score() -> None:
    assert misprinted('method = "trimmed_mean"', 'method = "mode"') == (
        "small.toml: stage peers: aggregate.method: "
        'expected mean | median | trimmed_mean | sum | trimmed_sum, found "mode"'
    )


def test_an_unknown_counting_rule() -> None:
    assert misprinted('as = "rank_points"', 'as = "points"') == (
        "small.toml: stage meeting: component.0.as: expected rank_points | share_of_votes | "
        "approvals_over_electors | share_of_maximum | figure | attainment, found points"
    )


def test_a_counting_rule_of_another_kind() -> None:
    assert misprinted('as = "score"', 'as = "share_of_votes"') == (
        "small.toml: stage meeting: component.1.as: expected score | figure | attainment, found share_of_votes"
    )


def test_a_stage_key_that_stands_twice() -> None:
    assert misprinted('key = "peers"', 'key = "vote"') == (
        "small.toml: stage vote: key: expected a key no other stage has, found vote"
    )


def test_a_moment_that_says_no_day() -> None:
    assert misprinted('closes = "start + 9 days"', 'closes = "in March"') == (
        "small.toml: stage declaration: closes: expected start | opening | previous | MM-DD, then optionally + "
        'N days | weeks | working days, then HH:MM, found "in March"'
    )


def test_a_day_that_is_none() -> None:
    assert misprinted('closes = "start + 9 days"', 'closes = "02-30"') == (
        'small.toml: stage declaration: closes: expected a day and time that exist, found "02-30"'
    )


def test_a_deadline_before_its_opening() -> None:
    assert misprinted('closes = "start + 9 days"', 'closes = "start - 1 days"') == (
        "small.toml: stage declaration: closes: expected after the opening (03-02 00:00), found start - 1 days"
    )


def test_a_stage_that_opens_before_the_one_before_has_closed() -> None:
    assert misprinted('kind = "ballot"', 'kind = "ballot"\nopens = "start + 3 days"') == (
        "small.toml: stage vote: opens: expected not before the stage before closes (03-12 00:00), found start + 3 days"
    )


def test_a_stage_that_is_over_before_an_entry_moving_apart_could_reach_it() -> None:
    apart = SMALL.replace('moves = "together"', 'moves = "apart"').replace(
        'opens = "start"', 'opens = "start + 2 days"'
    )
    early = 'kind = "ballot"\nopens = "start"\n'
    assert refusal(apart.replace('kind = "ballot"\n', early).replace('"opening + 5 days"', '"start + 1 days"', 1)) == (
        "small.toml: stage vote: closes: expected after the stage before opens (03-04 00:00), found start + 1 days"
    )


def test_a_component_that_names_a_later_stage() -> None:
    assert misprinted('from = "vote"', 'from = "names"') == (
        "small.toml: stage meeting: component.0.from: expected an earlier stage: declaration | vote | peers, "
        "found names"
    )


def test_a_component_without_a_figure_that_ranks() -> None:
    assert misprinted('from = "vote"', 'from = "declaration"') == (
        "small.toml: stage meeting: component.0.from: "
        "expected a ballot, a scoring, an inspection, a decision or a declaration with numbers, "
        "found declaration, a submission"
    )


def test_a_component_that_stands_twice() -> None:
    assert misprinted('from = "vote", as = "rank_points"', 'from = "peers", as = "score"') == (
        "small.toml: stage meeting: component.from: expected each stage once, found peers"
    )


def test_weights_that_do_not_total_a_hundred() -> None:
    assert misprinted('as = "rank_points", weight = 40', 'as = "rank_points", weight = 30') == (
        "small.toml: stage meeting: component.weight: expected weights that total 100, found 30 + 60"
    )


def test_a_component_without_a_weight() -> None:
    assert misprinted('as = "rank_points", weight = 40', 'as = "rank_points"') == (
        "small.toml: stage meeting: component.weight: expected weights that total 100, found 0 + 60"
    )


def test_weights_where_parts_are_only_added_up() -> None:
    assert misprinted("seats = 3", 'seats = 3\ncombine = "sum"') == (
        'small.toml: stage meeting: component.weight: expected no weights with combine = "sum", found 40 + 60'
    )


def test_criteria_whose_weights_do_not_total_a_hundred() -> None:
    assert misprinted('label = { zh = "成效" }, weight = 60', 'label = { zh = "成效" }, weight = 50') == (
        "small.toml: stage peers: criterion.weight: expected weights that total 100, found 40 + 50"
    )


def test_a_criterion_that_stands_twice() -> None:
    assert misprinted('key = "results"', 'key = "fame"') == (
        'small.toml: stage peers: criterion: expected each criterion key once, found [{ key = "fame", label = '
        '{ zh = "知名度" }, weight = 40 }, { key = "fame", label…'
    )


def test_more_to_choose_at_least_than_at_most() -> None:
    assert misprinted("choose = { min = 1, max = 3 }", "choose = { min = 3, max = 2 }") == (
        "small.toml: stage vote: choose: expected max not below min, found { min = 3, max = 2 }"
    )


def test_more_to_choose_than_there_may_be_entries() -> None:
    assert misprinted("choose = { min = 1, max = 3 }", "choose = { min = 1, max = 5 }") == (
        "small.toml: stage vote: choose.max: expected not above the entries needed to get here (4), found 5"
    )


def test_more_tellers_needed_than_there_are() -> None:
    assert misprinted('method = "approval"', 'method = "approval"\ntellers = { shares = 2, needed = 3 }') == (
        "small.toml: stage vote: tellers: expected needed not above shares, found { shares = 2, needed = 3 }"
    )


def test_a_vote_that_could_be_opened_again() -> None:
    assert misprinted('method = "approval"', 'method = "approval"\nreopen = true') == (
        "small.toml: stage vote: reopen: expected false: a box that was closed is not opened for more envelopes, "
        "found true"
    )


def test_votes_by_weight_beside_the_size_of_branches() -> None:
    told = misprinted('method = "approval"', 'method = "approval"\nweights = "roll"\nestablishment = "declare.heads"')
    assert told.splitlines()[0] == (
        "small.toml: stage vote: establishment: expected a vote in which every elector counts once: "
        "it compares votes with heads, found weights"
    )


def test_more_seats_than_entries_to_fill_them() -> None:
    assert misprinted("seats = 3", "seats = 5") == (
        "small.toml: stage meeting: seats: expected not above the entries needed to get here (4), found 5"
    )


def test_a_quorum_of_more_than_all() -> None:
    assert misprinted('present = "2/3"', 'present = "4/3"') == (
        "small.toml: stage meeting: quorum.present: expected a share of those entitled, above 0 and up to all, "
        'such as 2/3 or >50 %, found "4/3"'
    )


def test_ayes_of_more_than_all() -> None:
    assert misprinted('ayes = "1/2 of entitled"', 'ayes = ">1/1 of entitled"') == (
        "small.toml: stage meeting: quorum.ayes: expected a share above 0 and up to all, such as 1/2 of "
        'entitled, >=2/3 of present or >1/2 of votes, found ">1/1 of entitled"'
    )


def test_ayes_that_leave_open_whether_two_thirds_suffice() -> None:
    assert misprinted('ayes = "1/2 of entitled"', 'ayes = "2/3 of present"') == (
        "small.toml: stage meeting: quorum.ayes: expected a share above 0 and up to all, such as 1/2 of "
        'entitled, >=2/3 of present or >1/2 of votes, found "2/3 of present"'
    )


def test_a_tie_break_that_names_nothing() -> None:
    assert misprinted('tie_break = ["peers", "motion"]', 'tie_break = ["jury"]') == (
        "small.toml: stage meeting: tie_break.0: expected an earlier ballot, scoring or inspection, SCORING.givers, "
        "SCORING.countback, DECLARATION.FIELD (a number), number, motion, draw, found jury"
    )


def test_a_tie_break_by_what_does_not_rank() -> None:
    assert misprinted('tie_break = ["peers", "motion"]', 'tie_break = ["declaration"]') == (
        "small.toml: stage meeting: tie_break.0: expected a ballot, a scoring or an inspection, "
        "found declaration, a submission"
    )


def test_a_tie_break_that_stands_twice() -> None:
    assert misprinted('tie_break = ["peers", "motion"]', 'tie_break = ["peers", "peers"]') == (
        'small.toml: stage meeting: tie_break: expected each name once, found ["peers", "peers"]'
    )


def test_a_motion_where_nobody_meets() -> None:
    assert misprinted('quorum = { present = "2/3", ayes = "1/2 of entitled" }\n', "") == (
        "small.toml: stage meeting: tie_break.1: expected a quorum where motions break ties, found motion"
    )


def test_a_form_without_a_title() -> None:
    assert misprinted('role = "title", ', "") == (
        'small.toml: stage declaration: field: expected exactly one field with role = "title", and that one '
        'required, found [{ key = "name", type = "text", label = { zh = "名称" }, required = true }]'
    )


def test_a_form_with_two_titles() -> None:
    second = (
        f'{FORM_END[:-1]}, {{ key = "b", type = "text", role = "title", label = {{ zh = "又" }}, required = true }}]'
    )
    assert misprinted(FORM_END, second) == (
        'small.toml: stage declaration: field: expected exactly one field with role = "title", and that one '
        'required, found [{ key = "name", type = "text", role = "title", label = { zh = "名称" }, requir…'
    )


def test_a_field_that_stands_twice() -> None:
    assert misprinted(FORM_END, f'{FORM_END[:-1]}, {{ key = "name", type = "text", label = {{ zh = "又" }} }}]') == (
        "small.toml: stage declaration: field: expected each field key once, "
        'found [{ key = "name", type = "text", role = "title", label = { zh = "名称" }, requir…'
    )


def test_a_notice_that_hangs_out_for_other_days_than_it_says() -> None:
    assert misprinted('"opening + 5 working days"', '"opening + 5 days"') == (
        "small.toml: stage names: closes: expected opening + 5 working days, found opening + 5 days"
    )


def test_tiers_that_are_not_the_seats() -> None:
    tier = 'tier = [{ key = "first", title = { zh = "一等奖" }, places = 2 }]'
    assert misprinted('honour = { zh = "优秀" }', 'honour = { zh = "优秀" }\n' + tier) == (
        "small.toml: stage ceremony: tier.places: expected places that total the seats of meeting (3), found 2"
    )


def test_a_workflow_in_which_nothing_is_declared() -> None:
    assert without("declaration") == (
        "small.toml: stage vote: kind: expected a submission stage before it, found none\n"
        "small.toml: stage peers: kind: expected a submission stage before it, found none\n"
        "small.toml: stage meeting: kind: expected a submission stage before it, found none"
    )


def test_a_notice_and_an_award_without_a_decision() -> None:
    assert without("meeting") == (
        "small.toml: stage names: kind: expected a decision stage before it, found none\n"
        "small.toml: stage ceremony: kind: expected a decision stage before it, found none"
    )


def test_a_second_declaration_where_all_move_together() -> None:
    form = SMALL.split("[[stage]]\n")[1].replace('key = "declaration"', 'key = "again"')
    again = form.replace('opens = "start"\ncloses = "start + 9 days"', 'opens = "previous"')
    assert refusal(f"{SMALL}\n[[stage]]\n{again}") == (
        "small.toml: stage again: kind: expected one submission stage, found a second one after declaration"
    )


def test_more_stages_than_anybody_goes_through() -> None:
    assert refusal(SMALL + '[[stage]]\nkind = "award"\n' * 95) == (
        "small.toml: workflow: stage: expected at most 100 stages, found 101"
    )


def test_showing_what_nobody_was_asked() -> None:
    shown = '[[stage]]\nkey = "shown"\nkind = "promotion"\ntitle = { zh = "展示" }\nshow = ["name", "budget"]\n\n'
    vote = '[[stage]]\nkey = "vote"'
    assert misprinted(vote, shown + vote) == (
        "small.toml: stage shown: show.1: expected a field of declaration: name, found budget"
    )


def test_who_takes_part_decided_after_something_else_where_entries_move_apart() -> None:
    form = SMALL.split("[[stage]]\n")[1].replace('key = "declaration"', 'key = "again"')
    again = form.replace('opens = "start"\ncloses = "start + 9 days"', 'opens = "previous"')
    assert refusal(f"{SMALL}\n[[stage]]\n{again}".replace('moves = "together"', 'moves = "apart"')) == (
        "small.toml: stage again: kind: expected a kind that admits entries only before vote, found submission"
    )


def test_every_flaw_is_told_at_once_in_the_order_of_the_file() -> None:
    wrong = SMALL.replace('method = "approval"', 'method = "borda"').replace("seats = 3", "seats = 0")
    assert refusal(wrong) == (
        f'small.toml: stage vote: method: expected {METHODS}, found "borda"\n'
        "small.toml: stage meeting: seats: expected 1 or more, found 0"
    )
