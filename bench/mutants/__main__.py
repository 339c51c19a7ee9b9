"""python -m bench.mutants [FILE...]: changes the code in many small ways and lists the changes that no test notices."""

import argparse
import contextlib
import json
import os
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.mutants import PLAN
from bench.mutants.changing import Key, Mutant, mutants_of
from bench.mutants.trial import outcome, warm_up

RESULTS = Path("runs") / "mutants"
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Where Linux keeps files in memory."""

SURVIVED = 0
FAILED = (1, 2, 4)
"""pytest's exit codes where a test failed, or neither it nor its conftest could be imported."""


def outcomes(module: str, tests: Sequence[str], only: frozenset[Key] | None) -> Iterator[tuple[Mutant, str]]:
    """Each mutant of a module, or `only` these, and what became of it: "noticed", "late" or "survived"."""
    log = RESULTS / "log"

    def check() -> float:
        begin = time.monotonic()
        if code := outcome(module, Path(module).read_text(encoding="utf-8"), tests, None, log):
            raise SystemExit(f"{module}: its tests fail without any change, with {code}; see {log}")
        return time.monotonic() - begin

    most = 2 * check() + 8
    for mutant in mutants_of(module):
        if only is None or mutant.key in only:
            code = outcome(module, mutant.source, tests, most, log)
            if code not in (SURVIVED, None, *FAILED):
                raise SystemExit(f"{module}:{mutant.line}: pytest ended with {code}; see {log}")
            yield mutant, "late" if code is None else "survived" if code == SURVIVED else "noticed"
    check()  # What made all tests fail in between would pass for noticing.


def examine(module: str, tests: Sequence[str], excuses: Mapping[Key, str], *, again: bool) -> Counter[str]:
    """Try the mutants of a module, print those that survive without an excuse, keep all; returns their numbers.

    `again` tries those alone that survived the last time.
    """
    file, begin = RESULTS / f"{module.replace('/', '.')}.json", time.monotonic()
    kept = [(tuple(key), said) for key, said in json.loads(file.read_text(encoding="utf-8"))] if again else []
    survived = frozenset(key for key, said in kept if said == "survived")
    results = [(key, said) for key, said in kept if key not in survived]  # Lines that are alike have one key.
    for mutant, said in outcomes(module, tests, survived if again else None):
        results.append((mutant.key, said))
        if said == "survived" and mutant.key not in excuses:
            print(f"{module}:{mutant.line}\n  - {mutant.was}\n  + {mutant.becomes}", flush=True)
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    survivors = {key for key, said in results if said == "survived"}
    for key in excuses:
        if key[0] == module and key not in survivors:
            print(f"{module}: nobody needs the excuse for\n  - {key[1]}\n  + {key[2]}", flush=True)
    count = Counter("excused" if said == "survived" and key in excuses else said for key, said in results)
    print(f"{module}: {numbers(count)}; {time.monotonic() - begin:.0f} s", flush=True)
    return count


@contextlib.contextmanager
def files_in_memory() -> Iterator[None]:
    """Let the tests write their files in memory where there is a folder for it: they wait for a disk at each commit."""
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        yield


def numbers(count: Counter[str]) -> str:
    """How many there were and what became of them."""
    share = 100 * count["survived"] / max(1, count.total())
    return (
        f"{count.total()} mutants, {count['noticed'] + count['late']} noticed ({count['late']} by their time), "
        f"{count['excused']} excused, {count['survived']} survive ({share:.1f} %)"
    )


def main() -> None:
    """Examine the modules named, or all of the plan; fails where a mutant survives without an excuse."""
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__)
    parser.add_argument("files", nargs="*", default=list(plan["tests"]), help="instead of all in plan.toml")
    parser.add_argument("--again", action="store_true", help="only what survived the last time")
    options = parser.parse_args()
    excuses = {(one["module"], one["was"], one["becomes"]): one["why"] for one in plan["equivalent"]}
    RESULTS.mkdir(parents=True, exist_ok=True)
    total: Counter[str] = Counter()
    with files_in_memory():
        warm_up()
        for module in options.files:
            total += examine(module, plan["tests"][module], excuses, again=options.again)
    print(f"in all: {numbers(total)}")
    raise SystemExit(total["survived"] > 0)


if __name__ == "__main__":
    main()
