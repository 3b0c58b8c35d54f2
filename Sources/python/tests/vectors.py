"""The protocol's test vectors, as Python values."""

from __future__ import annotations

import json
from typing import Any

from .peer import PACKAGE_ROOT

PATH = PACKAGE_ROOT.parent.parent / "Tests" / "Vectors" / "worker-protocol.json"
VECTORS: dict[str, Any] = json.loads(PATH.read_text())

#: The fields whose decimal strings are numbers.
_WIDE = {"job", "lease", "request", "enqueued_at_ms", "run_at_ms"}


def plain(fields: dict[str, Any]) -> dict[str, Any]:
    """A vector's fields, as the codec has them."""
    values: dict[str, Any] = {}
    for name, value in fields.items():
        if name.endswith("_hex"):
            values[name[: -len("_hex")]] = bytes.fromhex(value)
        elif name in _WIDE:
            values[name] = int(value)
        elif isinstance(value, list):
            values[name] = [plain(item) if isinstance(item, dict) else item for item in value]
        else:
            values[name] = value
    return values
