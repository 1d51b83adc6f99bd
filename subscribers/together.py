"""Work that many ask for at once, done together: one commit, and its flush to disk, for all of it.

A flush takes milliseconds, so one for each caller would let some hundred a second through.
Nobody waits for others to come: who asks while nothing is at work is served at once.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from starlette.concurrency import run_in_threadpool

#: in one transaction, so that other writers get their turn
MOST = 100

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """``work`` does several at once, in one transaction: all or none. For one event loop."""

    def __init__(self, work: Callable[[Sequence[Item]], Sequence[Result]]) -> None:
        self._work = work
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def do(self, item: Item) -> Result:
        """Have it done, and wait until it is committed."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._all())
        return await done

    async def _all(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                await self._some(taken)
            except Exception:  # noqa: BLE001 - whatever it is, each is told its own
                # One that fails must not take the others along.
                for one in taken:
                    await self._alone(one)

    async def _some(self, taken: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        results = await run_in_threadpool(self._work, [item for item, _ in taken])
        for (_, done), result in zip(taken, results, strict=True):
            # Whoever asked may be gone; it is done all the same.
            if not done.done():
                done.set_result(result)

    async def _alone(self, one: tuple[Item, asyncio.Future[Result]]) -> None:
        try:
            await self._some([one])
        except Exception as error:  # noqa: BLE001 - it is handed to who asked
            if not one[1].done():
                one[1].set_exception(error)
