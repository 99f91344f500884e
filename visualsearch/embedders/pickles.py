"""Reads the pickle of a state dict without executing anything in it.

Not by Python's own unpickler, which calls what a pickle names and reserves as much memory as it says: this is a machine
of a few instructions, those that `torch.save` writes, whose only values are numbers, words, tuples, lists, dicts and
the tensors below.
"""

from __future__ import annotations

import pickletools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any


@dataclass(frozen=True, slots=True)
class Storage:
    """A row of numbers beside the pickle."""

    kind: str
    """As `precisions.TYPES` calls it."""
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """Numbers of a storage; what a pickle says of them, which may be false."""

    storage: Storage
    offset: Any
    shape: Any
    strides: Any


_KINDS: Mapping[str, str] = {
    "DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16",
    "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8",
    "BoolStorage": "BOOL",
}  # fmt: skip
_CALLABLE = ("collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter")
_NAMES = {*_CALLABLE, *(f"torch {name}" for name in _KINDS)}

_PLAIN = {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE", "BINSTRING",
          "SHORT_BINSTRING"}  # fmt: skip
_CONSTANTS: Mapping[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_EMPTY: Mapping[str, type] = {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


@dataclass(frozen=True, slots=True)
class _Name:
    """Something that a pickle names, and that nobody imports."""

    words: str


def load_pickle(file: IO[bytes]) -> Any:
    """Return what the pickle at this place of a file holds; raises ValueError when it asks for anything else."""
    machine = _Machine()
    for opcode, argument, _ in pickletools.genops(file):
        machine.step(opcode.name, argument)
    return machine.pop()


class _Machine:
    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def pop(self) -> Any:
        if not self._stack:
            raise ValueError("its pickle takes more than it has put down")
        return self._stack.pop()

    def step(self, name: str, argument: Any) -> None:
        """Do one instruction."""
        if name in _PLAIN:
            self._stack.append(argument)
        elif name in _CONSTANTS:
            self._stack.append(_CONSTANTS[name])
        elif name in _EMPTY:
            self._stack.append(_EMPTY[name]())
        elif name in _TUPLES:
            self._stack.append(tuple(reversed([self.pop() for _ in range(_TUPLES[name])])))
        elif name not in ("PROTO", "STOP"):
            act = getattr(self, f"_do_{name.lower()}", None)
            if act is None:
                raise ValueError(f"{name} has no place in the pickle of a state dict")
            act(argument)

    def _do_mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def _to_mark(self) -> list[Any]:
        if not self._marks:
            raise ValueError("its pickle takes more than it has put down")
        start = self._marks.pop()
        values = self._stack[start:]
        del self._stack[start:]
        return values

    def _do_tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._to_mark()))

    def _do_appends(self, _: Any) -> None:
        values = self._to_mark()
        self._top(list).extend(values)

    def _do_append(self, _: Any) -> None:
        value = self.pop()
        self._top(list).append(value)

    def _do_setitems(self, _: Any) -> None:
        values = self._to_mark()
        self._top(dict).update(zip(values[::2], values[1::2], strict=True))

    def _do_setitem(self, _: Any) -> None:
        value, key = self.pop(), self.pop()
        self._top(dict)[key] = value

    def _top(self, kind: type) -> Any:
        if not (self._stack and isinstance(self._stack[-1], kind)):
            raise ValueError(f"its pickle puts things into what is no {kind.__name__}")
        return self._stack[-1]

    def _do_binput(self, place: int) -> None:
        self._memo[place] = self._stack[-1] if self._stack else self.pop()

    def _do_binget(self, place: int) -> None:
        if place not in self._memo:
            raise ValueError("its pickle takes more than it has put down")
        self._stack.append(self._memo[place])

    _do_long_binput, _do_long_binget = _do_binput, _do_binget

    def _do_global(self, words: str) -> None:
        if words not in _NAMES:
            raise ValueError(f"{words.replace(' ', '.')} has no place in a state dict")
        self._stack.append(_Name(words))

    def _do_binpersid(self, _: Any) -> None:
        self._stack.append(_storage(self.pop()))

    def _do_build(self, _: Any) -> None:
        # torch hangs the versions of its modules on the dict.
        self.pop()

    def _do_reduce(self, _: Any) -> None:
        arguments, name = self.pop(), self.pop()
        self._stack.append(_call(name, arguments))


def _call(name: Any, arguments: Any) -> Any:
    match name, arguments:
        case _Name("collections OrderedDict"), ():
            return {}
        case _Name("torch._utils _rebuild_tensor_v2"), (Storage() as storage, offset, shape, strides, *_):
            return Tensor(storage, offset, shape, strides)
        case _Name("torch._utils _rebuild_parameter"), (Tensor() as tensor, *_):
            return tensor
    raise ValueError("its pickle puts together what is no tensor")


def _storage(words: Any) -> Storage:
    match words:
        # Old files have a sixth word, of a storage that is a part of another.
        case ("storage", _Name(kind), str(key), _, int(count), *view) if count >= 0 and view in ([], [None]):
            if kind.removeprefix("torch ") in _KINDS:
                return Storage(_KINDS[kind.removeprefix("torch ")], key, count)
    raise ValueError("its pickle names numbers in a way that is unknown")
