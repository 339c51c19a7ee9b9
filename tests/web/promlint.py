"""What `promtool check metrics` finds fault with, for the metrics of a page in Prometheus' text format."""

import re
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

OTHER_UNITS = {
    "milliseconds": "seconds",
    "microseconds": "seconds",
    "minutes": "seconds",
    "hours": "seconds",
    "kilobytes": "bytes",
    "mebibytes": "bytes",
    "gigabytes": "bytes",
    "bits": "bytes",
    "percent": "ratio",
    "percentage": "ratio",
}
ABBREVIATIONS = {"s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "mib", "gib", "m", "h", "d"}
TYPES = {"gauge", "counter", "histogram", "summary", "untyped"}
RESERVED = ("_total", "_count", "_sum", "_bucket", "_created")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def problems(page: str) -> list[str]:
    """Return what is wrong; nothing is as it should be."""
    return [f"{name}: {wrong}" for name, wrong in _all(page)]


def names(page: str) -> set[str]:
    """Return the names by which the samples of a page can be asked for."""
    return {sample.name for family in text_string_to_metric_families(page) for sample in family.samples}


def _all(page: str) -> Iterator[tuple[str, str]]:
    for name in re.findall(r"^# TYPE (\S+) counter$", page, re.MULTILINE):  # The parser would add it.
        if not name.endswith("_total"):
            yield name, "counts, and does not end in _total"
    seen = set[str]()
    for family in text_string_to_metric_families(page):
        if family.name in seen:
            yield family.name, "is there twice"
        seen.add(family.name)
        for wrong in (*_of_name(family), *_of_labels(family)):
            yield family.name, wrong


def _of_name(family: Metric) -> Iterator[str]:
    words = family.name.split("_")
    if not SNAKE.fullmatch(family.name):
        yield "is not in snake case"
    if not family.documentation.strip():
        yield "has no help"
    if family.type == "unknown":
        yield "has no type"
    if family.type == "gauge" and family.name.endswith(RESERVED):
        yield "ends as only counters and histograms do"
    if family.type == "histogram" and not family.name.endswith(("_seconds", "_bytes", "_ratio")):
        yield "does not say what it is in"
    for word in words:
        if word in OTHER_UNITS:
            yield f"is in {word}, not in {OTHER_UNITS[word]}"
        if word in ABBREVIATIONS | TYPES:
            yield f"holds the word {word}"


def _of_labels(family: Metric) -> Iterator[str]:
    labels = {label for sample in family.samples for label in sample.labels}
    if family.type != "histogram" and "le" in labels:
        yield "has the label le"
    if "quantile" in labels:
        yield "has the label quantile"
    if any(not SNAKE.fullmatch(label) for label in labels):
        yield "has a label that is not in snake case"
