"""Write the generated parts of the documentation anew; ``make reference`` runs this file."""

from tests.parts import REPO
from tests.reference.page import written
from tests.reference.pages import PARTS

for name, parts in PARTS.items():
    page = REPO / "docs" / name
    old = page.read_text("utf-8")
    new = written(old, parts)
    if new != old:
        page.write_text(new, "utf-8")
        print(f"docs/{name} is written anew")
