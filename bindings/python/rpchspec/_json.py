"""JSON to dataclasses and back, by the types that their fields state."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import typing
from typing import Annotated, Any, Mapping, TypeVar, Union

_D = TypeVar("_D")

# Forms of protobuf's JSON that plain types do not tell.
Seconds = Annotated[float, "seconds"]  # "0.25s"
Int64 = Annotated[int, "int64"]  # "18446744073709551615"
Hex = Annotated[bytes, "hex"]  # "0a0b"

NOT_IN_JSON = {"json": False}  # metadata of a field


class Mismatch(Exception):
    """JSON that is not what a field states: where, what was expected, what was found."""


def decode(type_: type[_D], told: Any, place: str = "") -> _D:
    """A dataclass from an object. Fields that it does not have are passed over. Raises Mismatch."""
    if not isinstance(told, dict):
        raise Mismatch(f"{place or 'the whole'}: expected an object, found {kind(told)}")
    hints = _hints_of(type_)
    values = {}
    for each in _fields(type_):
        where = f"{place}.{each.name}" if place else each.name
        if each.metadata.get("json", True) and each.name in told:
            values[each.name] = _value(hints[each.name], told[each.name], where)
        elif each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING:
            raise Mismatch(f"{where}: is missing")
    return type_(**values)


def encode(value: Any) -> dict[str, Any]:
    """An object from a dataclass; fields at their default are left out, as protobuf does."""
    hints = _hints_of(type(value))
    told = {}
    for each in dataclasses.fields(value):
        content = getattr(value, each.name)
        if each.metadata.get("json", True) and content is not None and content != each.default:
            told[each.name] = _told(_inner(hints[each.name]), content)
    return told


def kind(told: Any) -> str:
    """What this is, in words of JSON."""
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(told), "a number")


_hints: dict[Any, Mapping[str, Any]] = {}


def _hints_of(type_: Any) -> Mapping[str, Any]:
    if type_ not in _hints:
        _hints[type_] = typing.get_type_hints(type_, include_extras=True)
    return _hints[type_]


def _fields(type_: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(type_)


def _inner(hint: Any) -> Any:
    """Without Optional."""
    if typing.get_origin(hint) is Union:
        return next(each for each in typing.get_args(hint) if each is not type(None))
    return hint


def _value(hint: Any, told: Any, place: str) -> Any:
    hint = _inner(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if not isinstance(told, list):
            raise Mismatch(f"{place}: expected a list, found {kind(told)}")
        return tuple(_value(arguments[0], each, f"{place}[{at}]") for at, each in enumerate(told))
    if origin is collections.abc.Mapping:
        if not isinstance(told, dict):
            raise Mismatch(f"{place}: expected an object, found {kind(told)}")
        return {key: _value(arguments[1], each, f"{place}.{key}") for key, each in told.items()}
    if hasattr(hint, "__metadata__"):
        return _form(hint.__metadata__[0], told, place)
    if dataclasses.is_dataclass(hint):
        return decode(hint, told, place)
    return _plain(hint, told, place)


def _plain(hint: Any, told: Any, place: str) -> Any:
    if hint is Any:
        return told
    if issubclass(hint, enum.Enum):
        allowed = [each.value for each in hint]
        if told not in allowed:
            raise Mismatch(f"{place}: {told!r} is none of {', '.join(allowed)}")
        return hint(told)
    expected = {str: "a text", int: "an integer", float: "a number", bool: "true or false"}[hint]
    types = (int, float) if hint is float else (hint,)
    if not isinstance(told, types) or isinstance(told, bool) is not (hint is bool):
        raise Mismatch(f"{place}: expected {expected}, found {kind(told)}")
    return hint(told)


def _form(form: str, told: Any, place: str) -> Any:
    try:
        if form == "seconds" and told.endswith("s"):
            return float(told[:-1])
        if form == "int64":
            return int(told)
        if form == "hex":
            return bytes.fromhex(told)
    except (AttributeError, TypeError, ValueError):
        pass
    words = {"seconds": 'seconds, as "0.25s"', "int64": "an integer", "hex": "hexadecimal digits"}[
        form
    ]
    raise Mismatch(f"{place}: expected {words}, found {told!r}")


def _told(hint: Any, content: Any) -> Any:
    if dataclasses.is_dataclass(content):
        return encode(content)
    if isinstance(content, tuple):
        return [_told(_inner(typing.get_args(hint)[0]), each) for each in content]
    form = getattr(hint, "__metadata__", [""])[0]
    if form == "seconds":
        return f"{content:.9f}".rstrip("0").rstrip(".") + "s"
    return content.hex() if form == "hex" else str(content) if form == "int64" else content
