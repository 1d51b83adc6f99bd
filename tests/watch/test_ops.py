"""Rules, dashboard and documentation speak of what there is."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.model import AlertKind
from digest.watch.__main__ import lines, metrics
from digest.watch.metrics import METRICS, Metric
from tests.parts import REPO

OPS = REPO / "ops"
RULES = OPS / "prometheus" / "digest.rules.yml"
DOCS = (REPO / "docs" / "watching.md").read_text("utf-8")
SERIES = {series: one for one in METRICS for series in one.series}
#: labels that Prometheus itself adds, and words of its language
GIVEN = {"job", "instance", "le"}
HEADING = re.compile(r"^### (.+)$", re.MULTILINE)
#: what the client library and Prometheus tell
OTHERS = {"up", "ALERTS", "process_resident_memory_bytes"}


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return list(group["rules"])


def panels() -> Iterator[dict[str, Any]]:
    for panel in json.loads((OPS / "grafana" / "digest.json").read_text("utf-8"))["panels"]:
        yield panel
        yield from panel.get("panels", ())


def expressions() -> list[str]:
    asked = [target["expr"] for panel in panels() for target in panel.get("targets", ())]
    return [rule["expr"] for rule in rules()] + asked


def used(expression: str) -> Iterator[tuple[Metric, set[str]]]:
    """Each metric of ours in it, with the labels that it is asked for."""
    for found in re.finditer(r"\b(digest_\w+)(?:\{([^}]*)\})?", expression):
        labels = set(re.findall(r"(\w+)\s*[=!]", found[2] or ""))
        assert found[1] in SERIES, f"{found[1]}: no such metric, in {expression}"
        yield SERIES[found[1]], labels


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_an_expression_names_metrics_and_labels_that_there_are(expression: str) -> None:
    told = list(used(expression))
    assert told or set(re.findall(r"\b[a-z_]+(?=\{|$)", expression)) & OTHERS
    for metric, labels in told:
        assert labels <= {*metric.labels, *GIVEN}, metric.name
    known = {label for metric, _ in told for label in metric.labels} | GIVEN
    for group in re.findall(r"\b(?:by|on|group_left)\s*\(([^)]*)\)", expression):
        assert {one.strip() for one in group.split(",") if one.strip()} <= known


def test_every_rule_says_what_to_do_and_how_bad_it_is() -> None:
    headings = {
        re.sub(r"[^a-z]", "", found.lower())
        for found in re.findall(r"^### (.+)$", DOCS, re.MULTILINE)
    }
    for rule in rules():
        file, _, section = rule["annotations"]["runbook_url"].partition("#")
        assert (REPO / file).exists()
        assert section in headings, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "warn"}
    # And nothing is explained that there is no rule for.
    explained = re.findall(r"^### (Digest\w+)$", DOCS, re.MULTILINE)
    sections = {rule["annotations"]["runbook_url"].partition("#")[2] for rule in rules()}
    assert {one.lower() for one in explained} == sections


@pytest.mark.part("promtool")
def test_prometheus_agrees_with_the_rules() -> None:
    for words in (["check", "rules", RULES.name], ["test", "rules", "digest.rules.test.yml"]):
        done = subprocess.run(
            ["promtool", *words], cwd=RULES.parent, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_one_that_grafana_reads() -> None:
    dashboard = json.loads((OPS / "grafana" / "digest.json").read_text("utf-8"))
    assert dashboard["schemaVersion"] >= 36
    assert {"uid", "title", "panels", "templating", "time"} <= dashboard.keys()
    sources = {one["name"] for one in dashboard["templating"]["list"]}
    shown = list(panels())
    ids = [panel["id"] for panel in shown]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in shown:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert taken.isdisjoint(cells), f"{panel['title']} lies over another"
        taken |= cells
        if panel["type"] == "row":
            continue
        assert panel["type"] in {"timeseries", "stat", "table"}
        assert panel["title"]
        assert panel["description"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs)) > 0
        told = {target["datasource"]["uid"] for target in panel["targets"]}
        assert told == {panel["datasource"]["uid"]} <= {f"${{{name}}}" for name in sources}


def test_every_metric_of_ours_is_on_the_dashboard() -> None:
    shown = {metric.name for expression in expressions() for metric, _ in used(expression)}
    assert {one.name for one in METRICS} - shown == set()


@pytest.mark.parametrize(("name", "made"), [("metrics", metrics), ("lines", lines)])
def test_the_tables_of_the_documentation_are_those_of_the_code(name: str, made: Any) -> None:
    found = re.search(
        rf"<!-- python -m digest.watch {name} -->\n(.*?)<!-- end -->", DOCS, re.DOTALL
    )
    assert found is not None
    assert found[1] == made(), f"put the output of `python -m digest.watch {name}` there"


def test_every_kind_of_alert_is_told_of() -> None:
    told = re.findall(
        r"^\| (`[^|]*) \|", DOCS.partition("## Alerts")[2].partition("###")[0], re.MULTILINE
    )
    assert set(re.findall(r"`(\w+)`", " ".join(told))) == {kind.value for kind in AlertKind}


def test_links_within_the_page_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", found.lower()).replace(" ", "-")
        for found in re.findall(r"^#+ (.+)$", DOCS, re.MULTILINE)
    }
    assert set(re.findall(r"\(#([\w-]+)\)", DOCS)) <= headings
    for file in re.findall(r"\]\((\w[\w-]*\.md)", DOCS):
        assert Path(REPO / "docs" / file).exists()
