"""A process that only classifies stays small."""

import subprocess
import sys

import pytest

READ = """
from digest.curate import gazetteer, regions, topics
from digest.curate.classify import Classifier, Rules
from digest.curate.home import with_towns
from digest.model import ParsedStory
places = with_towns(gazetteer.load(), "US")
made = Classifier(places, topics.load(), regions.views("newsroom", (), places), Rules(), "US")
for language in ("en", "fr", "es", "pt", "ar", "hi", "sw"):
    for number in range(200):
        text = f"Word{number} from Niger and Springfield " * 200
        made.classify(
            ParsedStory(aliases=(), url="", headline="Niger", text=text, language=language)
        )
# ru_maxrss would count what the process that started this one held
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
def test_the_largest_home_and_every_language_fit_into_120_mb() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ], capture_output=True, text=True, timeout=120, check=True
    )
    assert int(done.stdout) / 1_000 <= 120
