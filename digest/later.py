"""Things that are made when they are first asked for, for what has many and needs few at a time."""

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar, overload

T = TypeVar("T")

#: two threads never make a thing twice; one lock for all, since making one may ask for another
_MAKING = RLock()


class Later(Generic[T]):
    """Makes a thing, once, when it is asked for."""

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make


class MadeLater(Generic[T]):
    """A field of a dataclass without slots that takes a thing, or a ``Later`` that makes it."""

    def __set_name__(self, owner: type, name: str) -> None:
        del owner
        self._name = name

    @overload
    def __get__(self, thing: None, owner: type) -> T: ...
    @overload
    def __get__(self, thing: object, owner: type) -> T: ...
    def __get__(self, thing: object | None, owner: type) -> T:
        if thing is None:
            # what tells dataclasses that there is no default
            raise AttributeError(self._name)
        held = thing.__dict__[self._name]
        if isinstance(held, Later):
            with _MAKING:
                held = thing.__dict__[self._name]
                if isinstance(held, Later):
                    held = thing.__dict__[self._name] = held.make()
        made: T = held
        return made

    def __set__(self, thing: object, value: T | Later[T]) -> None:
        thing.__dict__[self._name] = value
