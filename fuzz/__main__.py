"""`python -m fuzz`: feed documents and formulas until the time is over, and keep what must not be.

Exit code 1 when something was found: its smallest input is in build/fuzz/, with the traceback.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st

from fuzz.checks import check_document, check_formula, watched
from fuzz.documents import built
from fuzz.edits import edited, retyped
from fuzz.formulas import formulas

FOUND = Path("build") / "fuzz"
_A_ROUND = 60  # inputs of one target before it is the next one's turn
_MOST_MEMORY = 4 << 30  # bytes: what asks for more shall fail here, not bring down the machine


class Target(NamedTuple):
    """What is fed to which check."""

    inputs: st.SearchStrategy[str]
    check: Callable[[str], str]
    suffix: str


TARGETS = {
    "built": Target(built(), check_document, "yaml"),
    "edited": Target(edited(), check_document, "yaml"),
    "retyped": Target(retyped, check_document, "yaml"),
    "formulas": Target(formulas, check_formula, "txt"),
}


class Hunt:
    """Rounds over targets, what became of their inputs, and what was found."""

    def __init__(
        self,
        *,
        until: float,
        folder: Path,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.outcomes: dict[str, Counter[str]] = {name: Counter() for name in TARGETS}
        self.found: list[Path] = []
        self._started, self._until, self._folder, self._say = clock(), until, folder, say
        self._clock = clock
        self._known: set[tuple[str, ...]] = set()
        self._now = folder / "now"

    def run(self, names: list[str], chance: random.Random) -> None:
        """Until the time is over, or somebody interrupts."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            for name in itertools.cycle(names):
                if self._clock() >= self._until:
                    break
                self._round(name, chance.randrange(2**32))
        finally:
            self._now.unlink(missing_ok=True)

    def _round(self, name: str, number: int) -> None:
        target, failing = TARGETS[name], ""

        @settings(
            max_examples=_A_ROUND,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            verbosity=Verbosity.quiet,
        )
        @seed(number)
        @given(target.inputs)
        def feed(text: str) -> None:
            nonlocal failing
            # What kills the process outright is left behind here.
            self._now.write_text(text, encoding="utf-8", errors="surrogatepass")
            try:
                with watched():
                    outcome = target.check(text)
            except Exception as error:
                if _signature(error) in self._known:
                    outcome = "known"
                else:
                    failing = text
                    raise
            self.outcomes[name][outcome] += 1
            self._say(self.progress())

        try:
            feed()
        except Exception as error:
            self._known.add(_signature(error))
            self._keep(name, failing, error)

    def _keep(self, name: str, text: str, error: Exception) -> None:
        digest = hashlib.sha256(repr(_signature(error)).encode()).hexdigest()[:10]
        path = self._folder / f"{name}-{digest}.{TARGETS[name].suffix}"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        path.with_suffix(".traceback").write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8"
        )
        self.found.append(path)

    def progress(self) -> str:
        """Where the hunt stands, in a line."""
        now = self._clock()
        inputs = sum(map(Counter.total, self.outcomes.values()))
        left = max(0, round(self._until - now))
        rate = inputs / max(now - self._started, 1)
        what = f"{len(self.found)} found" if self.found else "nothing found"
        return f"{inputs:,} inputs, {rate:,.0f}/s, {what}, {left // 60}:{left % 60:02} left"


def _signature(error: BaseException) -> tuple[str, ...]:
    """What makes two findings the same: the kind of error, and where in our code it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{frame.filename}:{frame.name}" for frame in frames if "/chalicelib/" in frame.filename]
    return (type(error).__name__, *ours[-1:], *([] if ours else [str(error)[:40]]))


class _Teller:
    """Says where things stand: in place on a terminal, else a line every ten seconds."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
        self._next = time.monotonic()

    def __call__(self, line: str) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + (0.2 if self._in_place else 10)
            sys.stderr.write(f"\r{line}\033[K" if self._in_place else f"{line}\n")
            sys.stderr.flush()


def main(arguments: list[str]) -> int:
    """0: nothing found. 1: findings, which are in build/fuzz."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Fuzz tariff documents and formulas.")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, help="repeat a run (as far as its speed allows)")
    parser.add_argument("targets", nargs="*", default=[], metavar="TARGET", help=", ".join(TARGETS))
    options = parser.parse_args(arguments)
    names = options.targets or list(TARGETS)
    if unknown := sorted(set(names) - TARGETS.keys()):
        parser.error(f"there is no {', '.join(unknown)}: there are {', '.join(TARGETS)}")
    chosen = random.randrange(2**32) if options.seed is None else options.seed
    sys.stderr.write(f"Fuzzing {', '.join(names)} for {options.seconds} s, seed {chosen}; Ctrl-C ends it.\n")
    hunt = Hunt(until=time.monotonic() + options.seconds, folder=FOUND, say=_Teller())
    try:
        hunt.run(names, random.Random(chosen))
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted.")
    sys.stderr.write("\n")
    for name in names:
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in hunt.outcomes[name].most_common())
        sys.stdout.write(f"{name}: {counts or 'none'}\n")
    sys.stdout.write(f"{hunt.progress()}\n")
    for path in hunt.found:
        sys.stdout.write(f"found: {path}, {path.with_suffix('.traceback').name}\n")
    return 1 if hunt.found else 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    sys.exit(main(sys.argv[1:]))
