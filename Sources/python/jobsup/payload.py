"""Payloads and results: JSON for handlers, bytes for everybody in between."""

from __future__ import annotations

import inspect
import json
from typing import Any, Callable

from .errors import PayloadError, ResultError

_decoder = json.JSONDecoder()
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_json(value: Any) -> bytes:
    """``value`` as compact JSON in UTF-8; bytes stay as they are and None is nothing."""
    if value is None:
        return b""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    text = _encoder.encode(value)
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair has no UTF-8; JSON can still say it as an escape.
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def result_to_json(value: Any) -> bytes:
    """What a handler returned, as it is stored."""
    if value is None:
        return b""
    try:
        return to_json(value)
    except (TypeError, ValueError, RecursionError) as error:
        raise ResultError(f"the handler returned a {type(value).__name__} that is not JSON: {error}") from error


def from_json(payload: bytes) -> Any:
    """The value that a payload holds."""
    try:
        text = payload.decode()
        try:
            value, end = _decoder.raw_decode(text)
            if end == len(text):
                return value
        except ValueError:
            pass
        # White space around the value, or an error to be worded: the slower way.
        return _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"the payload is not JSON: {error}") from error


def call(function: Callable[..., Any], payload: bytes, raw: bool) -> Any:
    """Calls a handler: an object gives keyword arguments, an array positional ones, anything else is the one argument.

    An empty payload gives none; a raw handler gets the bytes.
    """
    if raw:
        return function(payload)
    if not payload:
        return function()
    value = from_json(payload)
    if type(value) is dict:
        return function(**value)
    if type(value) is list:
        return function(*value)
    return function(value)


def from_arguments(function: Callable[..., Any], raw: bool, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """The payload with which ``call`` will give the handler these arguments."""
    if raw:
        if kwargs or len(args) != 1 or not isinstance(args[0], (bytes, bytearray, memoryview)):
            raise TypeError("a raw task takes its payload: one bytes object")
        return bytes(args[0])
    if args and kwargs:
        # JSON has no place for both: positional ones get their names.
        bound = inspect.signature(function).bind(*args, **kwargs)
        if bound.args and len(bound.arguments) != len(args) + len(kwargs):
            raise TypeError("positional and keyword arguments together need a handler without *args and **kwargs")
        args, kwargs = (), dict(bound.arguments)
    return to_json(kwargs or list(args) or None)
