"""People brought along from other systems: who may be mailed comes in, who left stays away."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from subscribers import ImportReport, Reading, Subscribers, UnreadableFileError
from tests.subscribers.conftest import EVERY_DAY, NOW, add, house

HEAD = [
    "Email Address",
    "First Name",
    "Last Name",
    "Company",
    "Interests",
    "OPTIN_TIME",
    "OPTIN_IP",
]
AFTER = {"subscribed": [], "unsubscribed": ["UNSUB_TIME"], "cleaned": ["CLEAN_TIME"]}


def table(*rows: Sequence[str]) -> bytes:
    """A CSV as programs write it."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def mailchimp(folder: Path, **files: list[list[str]]) -> Path:
    """The zip that Mailchimp hands out for one audience."""
    path = folder / "audience_export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in files.items():
            head = [*HEAD, *AFTER[name], "NOTES", "TAGS"]
            archive.writestr(f"{name}_email_audience_export_4f1.csv", table(head, *rows))
    return path


def load(people: Subscribers, path: Path, system: str, **options: Any) -> ImportReport:
    reading = Reading(
        editions=options.pop("editions", frozenset({"morning"})),
        columns=options.pop("columns", {}),
        words=options.pop("words", {}),
    )
    report = people.import_export(path, system, now=NOW, actor="tests", reading=reading, **options)
    known = report.added + report.updated + report.barred + report.skipped + len(report.rejected)
    assert report.rows == known
    return report


def mailed(people: Subscribers, edition: str = "morning") -> set[str]:
    ids = [one.subscriber for one in people.readers(edition, (), (), EVERY_DAY, NOW)]
    found = people.recipients(edition, ids, NOW)
    return {one if isinstance(one, str) else one.address for one in found.values()}


def person(people: Subscribers, email: str) -> Any:
    who = people.find(email)
    assert who is not None
    return people.why(who)


ANNA = ["anna@example.org", "Anna", "Berg", "Berg & Co", "Africa, Health", "2021-05-01 09:30:00"]


def test_a_whole_audience_of_mailchimp(people: Subscribers, tmp_path: Path) -> None:
    path = mailchimp(
        tmp_path,
        subscribed=[
            [*ANNA, "192.0.2.7", "likes\nlong notes", '"VIP","friend of the house"'],
            ["ben@example.org", "", "", "", "", "2022-01-01 00:00:00", "", "", ""],
        ],
        unsubscribed=[
            [
                "gone@example.org",
                *[""] * 4,
                "2020-01-01 00:00:00",
                "",
                "2023-02-03 04:05:06",
                "",
                "",
            ]
        ],
        cleaned=[
            [
                "dead@example.org",
                *[""] * 4,
                "2020-01-01 00:00:00",
                "",
                "2023-02-03 04:05:06",
                "",
                "",
            ]
        ],
    )
    report = load(people, path, "mailchimp")
    assert (report.added, report.barred, report.rejected) == (2, 2, [])
    assert report.words == {"interests": (2, 0)}
    assert mailed(people) == {"anna@example.org", "ben@example.org"}
    told = person(people, "anna@example.org")
    assert (told.facts.regions, told.facts.topics) == ({"africa"}, {"health"})
    assert told.facts.tags == {"vip", "friend of the house"}
    (event,) = told.consents
    assert (event.source, str(event.at)) == (
        "brought along from Mailchimp, opt-in from 192.0.2.7",
        "2021-05-01 09:30:00+00:00",
    )
    again = people.import_csv(
        io.BytesIO(table(["email", "consent_source"], ["gone@example.org", "form"])),
        now=NOW,
        actor="tests",
    )
    assert [str(one.problem) for one in again.rejected] == ["suppressed"]


def test_the_folder_and_a_zip_in_it_say_the_same(people: Subscribers, tmp_path: Path) -> None:
    inner = mailchimp(tmp_path, subscribed=[[*ANNA, "", "", ""]])
    account = tmp_path / "account" / "lists"
    account.mkdir(parents=True)
    inner.rename(account / inner.name)
    (account / "campaigns.csv").write_bytes(b"not,ours\n1,2\n")
    (account / "unsubscribed_old.csv").write_bytes(
        table(["Email Address", "UNSUB_TIME"], ["gone@example.org", "2023-01-01 00:00:00"])
    )
    report = load(people, tmp_path / "account", "mailchimp")
    assert (report.rows, report.added, report.barred) == (2, 1, 1)


def test_only_leavers_again_and_again(people: Subscribers, tmp_path: Path) -> None:
    who = add(people, "anna@example.org", "morning", "weekly")
    add(people, "back@example.org")
    left = ["2020-02-03 04:05:06", "", ""]
    path = mailchimp(
        tmp_path,
        subscribed=[["new@example.org", *[""] * 8]],
        unsubscribed=[
            ["anna@example.org", *[""] * 6, "2026-11-24 07:00:00", "", ""],
            # asked here (on NOW) after they had left there
            ["back@example.org", *[""] * 6, *left],
        ],
    )
    later = NOW.replace(hour=9)
    for _ in range(2):
        report = people.import_export(
            path,
            "mailchimp",
            now=later,
            actor="tests",
            reading=Reading(editions=frozenset({"morning"})),
            leavers_only=True,
        )
        assert (report.added, report.skipped, report.barred) == (0, 1, 1)
        assert [str(one.problem) for one in report.rejected] == ["asked_here_since"]
    assert people.find("new@example.org") is None
    assert mailed(people) == {"back@example.org"}
    told = people.why(who)
    assert {one.state for one in told.subscriptions} == {"left"}
    assert [one.reason for one in told.suppressions] == ["left elsewhere"]


def test_a_dry_run_tells_the_same_and_changes_nothing(people: Subscribers, tmp_path: Path) -> None:
    path = mailchimp(
        tmp_path,
        subscribed=[[*ANNA, "", "", ""]],
        unsubscribed=[["gone@example.org", *[""] * 6, "2023-02-03 04:05:06", "", ""]],
    )
    dry = load(people, path, "mailchimp", dry_run=True)
    assert people.find("anna@example.org") is None
    real = load(people, path, "mailchimp")
    assert (dry.rows, dry.added, dry.barred) == (real.rows, real.added, real.barred) == (2, 1, 1)


def test_listmonk(people: Subscribers, tmp_path: Path) -> None:
    path = tmp_path / "subscribers.csv"
    head = ["uuid", "email", "name", "attributes", "status", "created_at", "updated_at"]
    made = "2022-03-04T05:06:07.123456Z"
    path.write_bytes(
        table(
            head,
            [
                "1",
                "a@example.org",
                "A",
                '{"lang": "fr", "topics": ["health"]}',
                "enabled",
                made,
                made,
            ],
            ["2", "b@example.org", "B", "{}", "blocklisted", made, made],
            ["3", "c@example.org", "C", "no json", "disabled", made, made],
            ["4", "d@example.org", "D", "{}", "odd", made, made],
        )
    )
    report = load(people, path, "listmonk")
    assert (report.added, report.barred) == (1, 2)
    assert [str(one.problem) for one in report.rejected] == ["never_confirmed"]
    told = person(people, "a@example.org")
    assert (told.facts.language, told.facts.topics) == ("fr", {"health"})


def test_ghost(people: Subscribers, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    head = "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,"
    rest = "created_at,deleted_at,labels,tiers"
    path.write_text(
        f"{head}{rest}\n"
        '1,a@example.org,A,,true,,,2021-01-02T03:04:05.000Z,,"vip,berlin",\n'
        "2,b@example.org,B,,false,,,2021-01-02T03:04:05.000Z,,,\n"
    )
    report = load(people, path, "ghost")
    assert (report.added, report.barred, report.rejected) == (1, 1, [])
    assert person(people, "a@example.org").facts.tags == {"vip", "berlin"}


def test_substack(people: Subscribers, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    head = "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("posts.csv", "post_id,title\n1,x\n")
        archive.writestr(
            "email_list.tribune.csv",
            f"{head}\na@example.org,true,2027-01-01,yearly,false,2024-05-06T07:08:09.000Z,\n"
            "b@example.org,false,,other,true,2024-05-06T07:08:09.000Z,\n",
        )
    report = load(people, path, "substack")
    assert (report.rows, report.added, report.barred) == (2, 1, 1)
    assert person(people, "a@example.org").facts.tags == {"paying"}


def test_mailpoet_has_a_row_for_each_list(people: Subscribers, tmp_path: Path) -> None:
    path = tmp_path / "MailPoet_export_1.csv"
    head = (
        '"Email","First name","Last name","Confirmation time","List status","Global status","List"'
    )
    at = "2023-04-05 06:07:08"

    def row(email: str, here: str, everywhere: str, named: str) -> str:
        return f'"{email}","Ann \\"A\\"","Lee","{at}","{here}","{everywhere}","{named}"'

    path.write_text(
        "\n".join(
            [
                "\ufeff" + head,
                row("a@example.org", "subscribed", "subscribed", "Morning Briefing"),
                row("a@example.org", "subscribed", "subscribed", "Saturday Mail"),
                row("b@example.org", "subscribed", "subscribed", "Morning Briefing"),
                row("b@example.org", "unsubscribed", "subscribed", "Saturday Mail"),
                row("c@example.org", "subscribed", "bounced", "Morning Briefing"),
                row("d@example.org", "unconfirmed", "unconfirmed", "Morning Briefing"),
                row("e@example.org", "unsubscribed", "subscribed", "Old List"),
            ]
        )
    )
    words = {"saturday mail": "weekly"}
    report = load(people, path, "mailpoet", words=words, editions=frozenset())
    assert mailed(people, "morning") == {"a@example.org", "b@example.org"}
    assert mailed(people, "weekly") == {"a@example.org"}
    assert [str(one.problem) for one in report.rejected] == ["never_confirmed", "left_another_list"]
    members = {one.address: one.name for one in people.members("not-vip")}
    assert members["a@example.org"] == 'Ann "A" Lee'


@pytest.mark.parametrize(
    ("system", "name", "text", "says"),
    [
        ("mailchimp", "people.csv", "Email Address\na@example.org\n", "keep the names"),
        ("ghost", "x.csv", "email,name\na@example.org,A\n", "subscribed_to_emails"),
        ("mailpoet", "x.csv", "Email,List\na@example.org,A\n", "global status"),
        ("listmonk", "x.csv", "", "'email'"),
    ],
)
def test_what_is_no_export(
    sqlite_engine: Any, tmp_path: Path, system: str, name: str, text: str, says: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(UnreadableFileError, match=says):
        load(house(sqlite_engine), path, system)


def test_a_zip_without_the_files(sqlite_engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.csv", "a,b\n")
    with pytest.raises(UnreadableFileError, match="holds no file"):
        load(house(sqlite_engine), path, "mailchimp")


def test_a_damaged_zip(sqlite_engine: Any, tmp_path: Path) -> None:
    path = mailchimp(tmp_path, subscribed=[[*ANNA, "", "", ""]])
    data = bytearray(path.read_bytes())
    data[60:80] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        load(house(sqlite_engine), path, "mailchimp")
