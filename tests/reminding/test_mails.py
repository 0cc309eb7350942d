"""Mails: one a person and day, in the reader's language, tried again with pauses; no log or setting tells a secret."""

from dataclasses import replace

import pytest

from evalflow.config import Config, Smtp
from evalflow.engine import commands as steering
from evalflow.people import accounts
from evalflow.reminding import commands
from evalflow.seasons.tasks import Task
from tests.builders import ORGANISER
from tests.reminding.conftest import Desk

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
            "· 填写申报（申报），请于2026年4月8日前完成\n\n我的待办：https://awards.example/\n\n"
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
            "· Declare your entry (Declaration), due by 8 April 2026\n\nYour tasks: https://awards.example/\n\n"
            "You get this mail because you asked for it under “My account”; there you can end it.\n",
        )
    ]


def test_a_person_gets_one_mail_a_day_and_the_rest_on_the_next(desk: Desk) -> None:
    desk.on(7)
    nudge(desk, "smelting")
    assert desk.on(7, hour=16) == (0, 0)
    assert [row[0] for row in states(desk)] == ["sent", "house", "waiting"]
    assert desk.on(8, hour=0, minute=5) == (0, 1)
    assert [subject for _, subject, _ in desk.office.bodies()] == ["评优评选平台：您有1件事待办"] * 2


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
    for _ in range(20):
        desk.house.clock.wait(hours=3)
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


def test_a_server_that_hangs_up_or_is_not_there_leaves_everything_waiting(desk: Desk) -> None:
    desk.wants_mail(desk.by["refining"], WANG)
    desk.office.answers["MAIL"] = "421 closing"
    assert desk.on(7) == (2, 0)
    assert {row[:2] for row in states(desk)} == {("waiting", 1)}
    nowhere = replace(desk, config=replace(desk.config, smtp=replace(desk.office.smtp, port=1)))
    assert nowhere.on(7, minute=6) == (0, 0)
    assert states(desk) == [("waiting", 2, "ConnectionRefusedError")] * 2


def test_a_letter_whose_sender_died_is_tried_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evalflow.engine.reminders.post.deliver", lambda *_, **__: iter(()))
    desk.on(7)
    assert states(desk)[0] == ("waiting", 1, "")
    monkeypatch.undo()
    assert (desk.on(7, minute=1), desk.on(7, minute=6)) == ((0, 0), (0, 1))


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
