"""The example of docs/templates.md works as it is printed."""

import re
import shutil
from pathlib import Path

from digest import bundled
from tests.line.newsroom import Folder
from tests.parts import REPO


def test_a_brand_and_a_weekly_edition(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", (REPO / "docs" / "templates.md").read_text(), re.DOTALL)
    assert found
    folder = Folder(tmp_path)
    shutil.copy(bundled.sample_config(), folder.path / "config.toml")
    with (folder.path / "config.toml").open("a", encoding="utf-8") as config:
        config.write("\n" + found[1])
    folder.run("demo")
    (told,) = folder.json("preview", "week", "--raw", "raw")
    assert told["edition"] == "week"
    html = (folder.path / "raw" / "week.html").read_text("utf-8")
    assert "font-family:Charter,'Iowan Old Style',Georgia,serif" in html
    assert "#fffaf2" in html
    assert "Become a member" in html
    assert html.count("<h2 id=") > 2
