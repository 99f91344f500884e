"""The workers under torture: bells that are not heard, deaths in the middle, two hands on one object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.torture.faults import Killed, Steps
from tests.torture.processes import Process
from tests.torture.shop import NUMBERS, WHICH, ShopRules
from visualsearch import tasks
from visualsearch.models import Lease
from visualsearch.sync import sync_outstanding

steps = Steps()


class SilentBell:
    """Stands where the bell does: remembers that it was rung, and sends nothing."""

    def __init__(self) -> None:
        self.rung = False

    def ring(self) -> None:
        """Take note."""
        self.rung = True


class WorkerRules(ShopRules):
    """Work that is done, interrupted, taken over and forgotten."""

    tally: Counter[str] = Counter()
    """What happened in all runs."""

    def __init__(self) -> None:
        super().__init__()
        self.bell = SilentBell()
        self.workers = [Process(), Process()]
        tasks.bell = self.bell  # type: ignore[assignment]

    @rule()
    @precondition(lambda self: self.bell.rung)
    def hear_the_bell(self) -> None:
        self.bell.rung = False
        self._work()

    @rule()
    @precondition(lambda self: self.bell.rung)
    def lose_the_message(self) -> None:
        self.bell.rung = False
        self.tally["lost bells"] += 1

    @rule()
    def sweep(self) -> None:
        self._work()

    @rule()
    def find_the_forgotten(self) -> None:
        with self.workers[0].running():
            tasks.find_forgotten()

    @rule()
    def let_leases_lapse(self) -> None:
        Lease.objects.update(until=timezone.now() - timedelta(seconds=1))

    @rule(step=st.sampled_from(Steps.ALL))
    def kill_a_worker(self, step: str) -> None:
        self._work_until(step, self._die)

    @rule(step=st.sampled_from(Steps.OUTSIDE))
    def overtake_a_worker(self, step: str) -> None:
        self._work_until(step, self._overtake)

    @rule(step=st.sampled_from(Steps.OUTSIDE), which=WHICH, first=NUMBERS, second=NUMBERS)
    @precondition(ShopRules.has_goods)
    def overtake_a_worker_after_a_change(self, step: str, which: int, first: int, second: int) -> None:
        self._change_under_a_worker(step, which, first, second, then=self._overtake)

    @rule(step=st.sampled_from(Steps.OUTSIDE), which=WHICH, first=NUMBERS, second=NUMBERS)
    @precondition(ShopRules.has_goods)
    def change_a_file_under_a_worker(self, step: str, which: int, first: int, second: int) -> None:
        self._change_under_a_worker(step, which, first, second, then=lambda: None)

    @rule(step=st.sampled_from(Steps.OUTSIDE), which=WHICH, shown=st.booleans())
    @precondition(ShopRules.has_goods)
    def hide_or_show_under_a_worker(self, step: str, which: int, shown: bool) -> None:
        self._work_until(step, lambda: self.hide_or_show(which, shown))

    @rule(step=st.sampled_from(Steps.OUTSIDE), which=WHICH)
    @precondition(ShopRules.has_goods)
    def delete_under_a_worker(self, step: str, which: int) -> None:
        self._work_until(step, lambda: self.delete_product(which))

    @rule(step=st.sampled_from(Steps.OUTSIDE), which=WHICH, number=NUMBERS)
    @precondition(ShopRules.has_goods)
    def replace_picture_under_a_worker(self, step: str, which: int, number: int) -> None:
        self._work_until(step, lambda: self.replace_picture(which, number))

    def _work(self) -> None:
        with self.workers[0].running():
            tasks.sync()

    def _work_until(self, step: str, action: Callable[[], object]) -> None:
        steps.arm(step, action)
        with suppress(Killed):
            self._work()
        steps.disarm()

    def _change_under_a_worker(
        self, step: str, which: int, first: int, second: int, *, then: Callable[[], object]
    ) -> None:
        """Let a worker be at work on one picture alone, and change its file again at this step."""
        self._work()
        self.replace_picture_under_its_name(which, first)

        def change() -> None:
            self.replace_picture_under_its_name(which, second)
            then()

        self._work_until(step, change)

    def _die(self) -> None:
        self.tally["killed workers"] += 1
        self.workers[0].restart()
        raise Killed

    def _overtake(self) -> None:
        """Let the lease lapse and another worker do what is due, before the first one goes on."""
        self.tally["overtaken workers"] += 1
        self.let_leases_lapse()
        for _ in sync_outstanding():
            pass
