"""Two thousand trials of sender and ledger, one a seed; ``make simulate`` plays more."""

import pytest

from tests.proof.simulate import simulate

SEEDS = 2000
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_is_lost_or_mailed_twice_whatever_the_dice_say(part: int) -> None:
    each = SEEDS // PARTS
    assert simulate(part * each, each) == [], "replay: python -m tests.proof.simulate --seed N"


def test_a_seed_replays(capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for _ in range(2):
        assert simulate(295, 1, tell=True) == []
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    assert told[0].count("\n") > 3
