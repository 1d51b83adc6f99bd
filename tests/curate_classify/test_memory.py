"""A process that only classifies stays small."""

import subprocess
import sys

READ = """
import resource, sys
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
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_the_largest_home_and_every_language_fit_into_120_mb() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ], capture_output=True, text=True, timeout=120, check=True
    )
    held = int(done.stdout) / (1_000_000 if sys.platform == "darwin" else 1_000)
    assert held <= 120
