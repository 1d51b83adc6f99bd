"""The disaster: half an issue is out, people leave, and the database is gone."""

from starlette.testclient import TestClient

from digest.steps.fsck import fsck
from digest.store import doubt, issues
from digest.store.engine import reading
from subscribers import Care, Reading
from tests.mend.conftest import Lose
from tests.mend.room import READERS, House, address_of


class Notice:
    """A complaint that somebody's provider passes on."""

    def __init__(self, who: int, house: House) -> None:
        self.subscriber, self.at = who, house.clock.now()
        self.source, self.edition = "test, issue 1", "daily"


def leave_in_every_way(house: House) -> dict[str, int]:
    """How → who, of the third and the fourth batch."""
    people, now = house.app.people, house.clock.now()
    gone = {
        name: house.who(number)
        for name, number in {
            "one-click": 21,
            "page": 22,
            "complaint": 23,
            "bounce": 24,
            "newsroom": 25,
            "desk": 26,
            "provider": 27,
            "import": 28,
            "erased": 31,
        }.items()
    }
    recipient = people.recipients("daily", [gone["one-click"]], now)[gone["one-click"]]
    assert not isinstance(recipient, str)
    client = TestClient(house.app.pages.sites()[0].site, base_url="http://127.0.0.1:8000")
    answer = client.post(recipient.leave_path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    people.leave_all(people.preferences_path(gone["page"], now).removeprefix("/p/"), now)
    people.complained([Notice(gone["complaint"], house)])
    people.bounced([Notice(gone["bounce"], house)])
    people.suppress(gone["newsroom"], reason="asked", now=now)
    care = Care(house.app.engine)
    care.leave(gone["desk"], "daily", how="phone", actor="desk", now=now)
    people.unsubscribed([Notice(gone["provider"], house)])
    account = house.path / "account"
    account.mkdir()
    told = f"Email Address,UNSUB_TIME\n{address_of(28)},2026-11-24 05:30:00\n"
    (account / "unsubscribed_old.csv").write_text(told)
    everyone = Reading(editions=frozenset({"daily"}))
    people.import_export(
        account, "mailchimp", now=now, actor="test", reading=everyone, leavers_only=True
    )
    house.app.rights.erase(gone["erased"])
    return gone


def test_nobody_who_left_gets_mail_nobody_twice_the_rest_theirs(house: House, lose: Lose) -> None:
    issue = house.addressed()
    house.send_batch(issue, 1)
    made = house.app.keeper.backup()
    house.send_batch(issue, 2)
    gone = leave_in_every_way(house)
    before = dict(house.provider.taken)
    assert len(before) == 20

    house = lose(house)
    told = house.app.keeper.restore(made.file, replace=False, without="")
    assert told.done is not None
    house = house.again()
    assert fsck(house.parts) == []
    with reading(house.app.engine) as connection:
        issue = issues.get(connection, issue.id)
        assert [one.number for one in doubt.unsettled(connection)] == [2]
    house.send(issue)

    taken = house.provider.taken
    assert max(taken.values()) == 1, "nobody twice"
    assert taken.keys() == set(range(1, READERS + 1)) - set(gone.values())
    assert fsck(house.parts) == []
