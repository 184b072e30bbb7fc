"""Requests and replies of devices that speak HTTP, without I/O."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MAX_TEXT = 512  # characters of a code; a longer one is noise
MAX_FIELDS = 64


class BadRequest(ValueError):
    """A device sent what its protocol does not know; it is counted, and opens nothing."""


@dataclass(frozen=True)
class Request:
    """What came, already within its limits; header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 becomes signs that no code has."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Reply:
    """What goes back. ``done(True)``: the other side has certainly read it."""

    body: str = ""
    status: int = 200
    content_type: str = "text/plain;charset=utf-8"
    done: Callable[[bool], None] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def clean(text: object, most: int = MAX_TEXT) -> str:
    """Return a code or number as one line; BadRequest when it is none."""
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str) or len(text) > most:
        raise BadRequest("no text of a fitting length")
    return "".join(char for char in text if char.isprintable()).strip()


def fields_of(text: str) -> dict[str, str]:
    """Read a query or a form; the first of two equal names counts."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as err:
        raise BadRequest("too many fields") from err
    return dict(reversed(pairs))


def json_object(data: bytes | str) -> dict:
    """Read a JSON object."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as err:
        raise BadRequest("no JSON") from err
    if not isinstance(found, dict):
        raise BadRequest("no JSON object")
    return found


def objects_in(request: Request) -> list[dict]:
    """Return the JSON objects of a body: the body itself, or parts of a multipart form.

    Pictures beside them are not looked at: a gate needs no photo of anybody.
    """
    kind = request.headers.get("content-type", "")
    if "multipart" not in kind.lower():
        return [json_object(request.body)]
    boundary = kind.partition("boundary=")[2].split(";")[0].strip().strip('"').encode()
    if not boundary or len(boundary) > 70:
        raise BadRequest("a form without boundary")
    parts = request.body.split(b"--" + boundary)[1 : MAX_FIELDS + 1]
    texts = [part.partition(b"\r\n\r\n")[2].strip() for part in parts]
    return [json_object(text) for text in texts if text.startswith(b"{")]
