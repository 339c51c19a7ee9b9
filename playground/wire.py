"""HTTP as the Bot API speaks it: a request's parameters and files, and the two shapes of an answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request. `mime` is the type that the sender names."""

    data: bytes
    filename: str
    mime: str


class Refused(Exception):
    """Telegram's refusal of a request: HTTP status and description.

    Some carry the seconds to wait, or the id of the supergroup that the chat became. `html` answers with a gateway's
    page in Telegram's place.
    """

    def __init__(
        self,
        status: int,
        description: str,
        retry_after: int | None = None,
        *,
        migrate_to: int | None = None,
        html: bool = False,
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after
        self.migrate_to = migrate_to
        self.html = html

    def body(self) -> JSON:
        """Return the answer's JSON."""
        body: JSON = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        if self.migrate_to is not None:
            body["parameters"] = {"migrate_to_chat_id": self.migrate_to}
        return body


def bad_request(description: str) -> Refused:
    """Return a 400, with Telegram's prefix."""
    return Refused(400, f"Bad Request: {description}")


def parse(body: bytes, content_type: str, query: str) -> tuple[JSON, dict[str, Upload]]:
    """Parse the parameters and files of a request, from its query string and a form, multipart or JSON body.

    Raises Refused where the body does not match its content type.
    """
    try:
        return read(body, content_type, query)
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def read(body: bytes, content_type: str, query: str) -> tuple[JSON, dict[str, Upload]]:
    """Parse as above, given that every string is UTF-8."""
    params: JSON = dict(parse_qsl(query, keep_blank_values=True))
    header = Message()
    header["Content-Type"] = content_type
    if not body:
        return params, {}
    match header.get_content_type():
        case "application/json":
            return params | read_json(body), {}
        case "multipart/form-data":
            fields, uploads = parts(body, header.get_boundary(""))
            return params | fields, uploads
        case _:
            return params | dict(parse_qsl(body.decode(), keep_blank_values=True)), {}


def read_json(body: bytes) -> JSON:
    """Parse a body that is one JSON object."""
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON object")
    return value


def parts(body: bytes, boundary: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """Return the fields and the files of a multipart form (RFC 7578). A file's bytes stay unchanged."""
    fields: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        headers = part_headers(head)
        disposition = Message()
        disposition["Content-Disposition"] = headers.get("content-disposition", "")
        name = str(disposition.get_param("name", "", "content-disposition"))
        filename = disposition.get_filename()
        if filename is None:
            fields[name] = data.decode()
        else:
            uploads[name] = Upload(data, filename, headers.get("content-type", "application/octet-stream"))
    return fields, uploads


def part_headers(head: bytes) -> Mapping[str, str]:
    """Return one part's headers, their names in lower case."""
    lines = (line.partition(":") for line in head.decode().split("\r\n") if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}
