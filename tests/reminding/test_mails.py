"""Mails: one a person and day, in the reader's language, tried again with pauses; no log or setting tells a secret."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest

from evalflow.access import Role
from evalflow.config import Config, Smtp
from evalflow.engine import commands as steering
from evalflow.engine import reminders
from evalflow.people import accounts
from evalflow.people.grants import actor_of
from evalflow.people.models import Person, RoleGrant
from evalflow.reminding import commands, post
from evalflow.seasons.tasks import Task
from tests.builders import ORGANISER, ZONE
from tests.reminding.conftest import Desk
from tests.reminding.post_office import HANGS_UP

LI, WANG = "office@smelting.example", "office@refining.example"


@pytest.fixture(autouse=True)
def mailboxes(desk: Desk) -> None:
    desk.wants_mail(desk.by["smelting"], LI)


def nudge(desk: Desk, who: str) -> None:
    stage = desk.house.stage(desk.season, "declare")
    task = Task("Declare your entry", "submission.home", stage, due=stage.closes_at)
    desk.house.act(commands.nudge, stage.id, {desk.by[who].person_id: [task]}, actor=ORGANISER)


def states(desk: Desk) -> list[tuple[str, int, str]]:
    return [(row.delivery, row.attempts, row.error) for row in desk.kept()]


def test_a_digest_says_what_is_due_where_and_by_when(desk: Desk) -> None:
    assert desk.on(7) == (2, 1)
    assert desk.office.bodies() == [
        (
            LI,
            "评优评选平台：您有1件事待办",
            "Smelting-Secretary，您好：\n\n2026年小小评选\n本周需要办理的事项如下。\n\n"
            "· 填写申报（申报），请于2026年4月8日24时前完成\n\n我的待办：https://awards.example/\n\n"
            "您在“我的账号”里登记了邮箱，因此收到这封邮件；也可以在那里取消。\n",
        )
    ]
    ((_, mail),) = desk.office.taken
    assert (mail["From"], mail["Auto-Submitted"]) == ("awards@house.example", "auto-generated")
    assert mail["Message-ID"] == f"<reminder-{desk.kept()[0].id}@test.example.log>"


def test_a_digest_is_in_the_reader_s_language(desk: Desk) -> None:
    desk.speaks(desk.by["smelting"], "en")
    desk.on(7)
    assert desk.office.bodies() == [
        (
            LI,
            "Awards & evaluation: things to do (1)",
            "Dear Smelting-Secretary,\n\nSmall awards 2026\nThis is what there is to do this week.\n\n"
            "· Declare your entry (Declaration), due by end of 8 April 2026\n\nYour tasks: https://awards.example/\n\n"
            "You get this mail because you asked for it under “My account”; there you can end it.\n",
        )
    ]


def test_a_person_gets_one_letter_a_day_of_what_time_reminds_of_and_a_nudge_beside_it(desk: Desk) -> None:
    desk.on(7)
    nudge(desk, "smelting")
    assert desk.on(7, hour=16) == (0, 1)  # a nudge on the last day would be of no use on the next
    assert [row[0] for row in states(desk)] == ["sent", "house", "sent"]
    assert [subject for _, subject, _ in desk.office.bodies()] == ["评优评选平台：您有1件事待办"] * 2


def test_a_nudge_at_night_waits_for_the_morning_and_goes_with_the_day_s_reminder(desk: Desk) -> None:
    desk.at(6, hour=22)
    nudge(desk, "smelting")
    assert [desk.on(7, hour=hour) for hour in (0, 7)] == [(0, 0), (0, 0)]
    assert desk.on(7, hour=8) == (2, 1)
    ((_, _, body),) = desk.office.bodies()
    assert "组织者提醒您" in body and "本周需要办理的事项如下" in body


def test_no_letter_goes_out_in_the_evening_or_on_a_day_off(desk: Desk) -> None:
    desk.on(3)  # Friday; nothing is due this week
    nudge(desk, "smelting")
    assert [desk.on(3, hour=20), desk.on(4, hour=10), desk.on(6, hour=10)] == [(0, 0)] * 3
    assert desk.on(7)[1] == 1


def test_a_letter_is_made_anew_when_it_is_sent_and_tells_nothing_that_has_lapsed(desk: Desk) -> None:
    desk.at(2, hour=21)
    nudge(desk, "smelting")
    stage = desk.house.stage(desk.season, "declare")
    desk.house.act(
        steering.reschedule_stage,
        stage.id,
        closes_at=datetime(2026, 4, 10, 17, tzinfo=ZONE),
        reason="test",
        actor=ORGANISER,
    )
    desk.on(3)
    ((_, _, body),) = desk.office.bodies()
    assert "请于2026年4月10日 17:00前完成" in body


def test_a_letter_of_which_nothing_is_left_to_do_is_not_sent(desk: Desk) -> None:
    desk.at(2, hour=21)
    nudge(desk, "smelting")
    person_id = desk.by["smelting"].person_id
    with desk.house.database.writing() as session:
        session.query(RoleGrant).filter_by(person_id=person_id).delete()  # no longer the branch's secretary
    assert desk.on(3) == (0, 0)
    assert (states(desk), desk.office.taken) == ([("lapsed", 0, "")], [])


def test_what_waits_together_goes_in_one_letter(desk: Desk) -> None:
    desk.at(6)
    nudge(desk, "smelting")
    assert desk.on(7) == (2, 1)
    ((_, subject, body),) = desk.office.bodies()
    assert subject == "评优评选平台：您有2件事待办"
    assert body.count("· 填写申报") == 2 and "组织者提醒您" in body


def test_a_server_that_is_busy_is_tried_again_with_pauses_until_it_takes_the_letter(desk: Desk) -> None:
    desk.office.answers["RCPT"] = "451 later"
    assert desk.on(7) == (2, 0)
    assert states(desk)[0] == ("waiting", 1, "SMTPRecipientsRefused 451")
    assert (desk.on(7, minute=4), states(desk)[0][1]) == ((0, 0), 1)
    assert (desk.on(7, minute=5), states(desk)[0][1]) == ((0, 0), 2)
    assert (desk.on(7, minute=14), states(desk)[0][1]) == ((0, 0), 2)
    desk.office.answers.clear()
    assert (desk.on(7, minute=15), states(desk)[0]) == ((0, 1), ("sent", 3, ""))
    assert (desk.on(7, hour=20), len(desk.office.taken)) == ((0, 0), 1)


def test_after_the_last_attempt_a_mail_has_failed_and_the_organiser_may_try_it_again(desk: Desk) -> None:
    desk.office.answers["END"] = "452 no room"
    desk.on(7)
    for _ in range(46):
        desk.house.clock.wait(minutes=15)  # until half past seven in the evening
        desk.remind()
    assert states(desk)[0] == ("failed", 8, "SMTPDataError 452")
    desk.office.answers.clear()
    assert desk.house.act(commands.retry, desk.season, actor=ORGANISER) == 1
    desk.remind()
    assert states(desk)[0] == ("sent", 1, "")
    assert [public for _, _, public, _ in desk.house.log("reminders.retried")] == [{"mails": 1}]


def test_an_address_that_the_server_refuses_for_good_is_not_tried_again(desk: Desk) -> None:
    desk.office.answers["RCPT"] = "550 nobody here"
    desk.on(7)
    assert states(desk)[0] == ("failed", 1, "SMTPRecipientsRefused 550")


def test_one_refused_address_holds_up_no_other(desk: Desk) -> None:
    desk.wants_mail(desk.by["refining"], WANG)
    desk.office.answers["RCPT"] = "550 nobody here"
    desk.on(7)
    assert [row[0] for row in states(desk)] == ["failed", "failed"]
    desk.office.answers.clear()
    desk.house.act(commands.retry, desk.season, actor=ORGANISER)
    assert desk.remind() == (0, 2)
    assert [to for to, _, _ in desk.office.bodies()] == [LI, WANG]


def test_a_server_that_is_not_there_leaves_everything_waiting_and_charges_nobody(desk: Desk) -> None:
    desk.wants_mail(desk.by["refining"], WANG)
    nowhere = replace(desk, config=replace(desk.config, smtp=replace(desk.office.smtp, port=1)))
    assert nowhere.on(7) == (2, 0)
    assert states(desk) == [("waiting", 0, "ConnectionRefusedError"), ("waiting", 0, "")]
    assert (desk.on(7, minute=1), [row[0] for row in states(desk)]) == ((0, 2), ["sent", "sent"])


@pytest.mark.parametrize("verb", ["MAIL", "RCPT"])
@pytest.mark.parametrize("reply", [HANGS_UP, "421 closing"])
def test_a_mailbox_over_which_the_server_hangs_up_denies_nobody_else_their_letter(
    desk: Desk, verb: str, reply: str
) -> None:
    desk.wants_mail(desk.by["refining"], WANG)
    for mailbox in (LI,) if verb == "RCPT" else ():
        desk.office.to[mailbox] = {verb: reply}
    if verb == "MAIL":
        desk.office.answers[verb] = reply
    desk.on(7)
    if verb == "MAIL":
        assert [row[:2] for row in states(desk)] == [("waiting", 1), ("waiting", 1)]
        desk.office.answers.clear()
        assert desk.on(7, minute=6) == (0, 2)
    else:
        assert [row[:2] for row in states(desk)] == [("waiting", 1), ("sent", 1)]
        assert [to for to, _, _ in desk.office.bodies()] == [WANG]


def test_a_server_that_hangs_up_over_every_letter_is_left_alone_until_the_next_round(desk: Desk) -> None:
    for number in range(6):
        person_id = desk.house.person(f"secretary-{number}", Role.BRANCH_SECRETARY)
        actor = desk.house.ask(lambda session, one=person_id: actor_of(session, session.get_one(Person, one)))
        desk.wants_mail(actor, f"box{number}@house.example")
    desk.office.answers["MAIL"] = HANGS_UP
    desk.on(7)
    assert desk.office.calls == 3
    assert sorted(row[0] for row in states(desk) if row[1]) == ["waiting"] * 3


def test_a_letter_whose_sender_died_is_shown_as_unknown_and_sent_again_only_by_hand(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post.Counter, "hand_over", _dies)
    with pytest.raises(KeyboardInterrupt):
        desk.on(7)
    monkeypatch.undo()
    assert states(desk)[0] == ("sending", 1, "")
    assert (desk.on(7, minute=14), states(desk)[0][0]) == ((0, 0), "sending")
    assert (desk.on(7, minute=16), states(desk)[0][0]) == ((0, 0), "unknown")
    assert (desk.on(7, hour=12), desk.office.taken) == ((0, 0), [])
    assert desk.house.act(commands.retry, desk.season, actor=ORGANISER) == 1
    assert (desk.remind(), states(desk)[0][0]) == ((0, 1), "sent")


def test_a_server_that_hangs_up_before_it_says_whether_it_took_a_letter_gets_it_once(desk: Desk) -> None:
    desk.office.answers["END"] = HANGS_UP
    desk.on(7)
    assert states(desk)[0] == ("unknown", 1, "SMTPServerDisconnected")
    desk.office.answers.clear()
    assert (desk.on(7, hour=19), desk.office.taken) == ((0, 0), [])


def test_two_processes_that_send_at_once_send_each_letter_once(desk: Desk) -> None:
    desk.wants_mail(desk.by["refining"], WANG)
    desk.office.answers["END"] = "452 no room"
    desk.on(7)
    desk.office.answers.clear()
    desk.at(7, minute=30)
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: reminders.send(desk.house.database, desk.config, now=desk.house.now), range(4)))
    assert (sum(sent), sorted(to for to, _, _ in desk.office.bodies())) == (2, [WANG, LI])


def _dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_without_a_mail_server_reminders_are_shown_in_the_house(desk: Desk) -> None:
    alone = replace(desk, config=replace(desk.config, smtp=None))
    assert alone.on(7) == (2, 0)
    assert [row[0] for row in states(desk)] == ["waiting", "house"]


def test_who_wants_no_more_mails_gets_none_but_keeps_the_reminders(desk: Desk) -> None:
    desk.office.answers["RCPT"] = "451 later"
    desk.on(7)
    desk.wants_mail(desk.by["smelting"], "")
    desk.office.answers.clear()
    assert desk.on(7, hour=12) == (0, 0)
    assert ([row[0] for row in states(desk)], desk.office.taken) == (["house", "house"], [])
    assert [kind for kind, *_ in desk.house.log() if kind.startswith("mailbox.")] == [
        "mailbox.chosen",
        "mailbox.emptied",
    ]


def test_a_deactivated_person_and_a_cancelled_season_get_no_mail(desk: Desk) -> None:
    desk.office.answers["RCPT"] = "451 later"
    desk.on(7)
    desk.office.answers.clear()
    desk.house.act(accounts.deactivate, desk.by["smelting"].person_id, actor=desk.house.administrator)
    assert desk.on(7, hour=12) == (0, 0)
    desk.house.act(accounts.reactivate, desk.by["smelting"].person_id, actor=desk.house.administrator)
    stage = desk.house.stage(desk.season, "declare")
    desk.house.act(steering.cancel_season, stage.id, reason="test", actor=ORGANISER)
    assert (desk.on(7, hour=20), desk.office.taken) == ((0, 0), [])


def test_no_address_stands_in_the_log_and_no_password_in_what_a_setting_shows(desk: Desk) -> None:
    told = str([personal for *_, personal in desk.house.log()] + [public for _, _, public, _ in desk.house.log()])
    assert "office@" not in told
    found = Config.from_environment(
        {"EVALFLOW_SMTP": "smtps://li:hush@mail.example", "EVALFLOW_MAIL_FROM": "a@b.example"}
    )
    assert found.smtp == Smtp("mail.example", 465, "tls", "a@b.example", "li", "hush")
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://li:hush@mail.example", "a@b.example"),
        ("imap://mail.example", "a@b.example"),
        ("smtps://", "a@b.example"),
        ("smtps://mail.example", ""),
    ],
)
def test_a_setting_that_can_t_work_or_would_tell_the_password_is_refused_without_repeating_it(
    url: str, sender: str
) -> None:
    with pytest.raises(ValueError, match="^EVALFLOW_") as refused:
        Smtp.of(url, sender)
    assert "hush" not in str(refused.value)
