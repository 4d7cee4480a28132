"""The four texts of OMM (JSON, CSV, XML, KVN), each taken apart into the fields of its messages."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

from telemetry.mean_elements import ElementSetError

_KVN_LINE = re.compile(r"(?P<keyword>[A-Z0-9_]+)\s*=\s*(?P<value>.*?)\s*(\[[^\]]*\])?")


def json_messages(text: str) -> Iterator[dict[str, Any]]:
    """Give the fields of each message of a JSON array (or of one JSON object)."""
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ElementSetError(f"not valid JSON: {error}") from error
    for message in document if isinstance(document, list) else [document]:
        yield message if isinstance(message, dict) else {}


def csv_messages(text: str) -> Iterator[dict[str, Any]]:
    """Give the fields of each row; the first row has the keywords."""
    rows = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    try:
        for row in rows:
            yield {keyword: value for keyword, value in row.items() if keyword}
    except csv.Error as error:
        raise ElementSetError(f"not valid CSV: {error}") from error


def xml_messages(text: str) -> Iterator[dict[str, Any]]:
    """Give the fields of each `segment`; namespaces are ignored, a document type is refused."""
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL):
        raise ElementSetError("an XML text with a document type or marked section is not read")
    try:
        # Entities can only be declared in a document type, which was refused above.
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        raise ElementSetError(f"not valid XML: {error}") from error
    for segment in root.iter():
        if _local_name(segment.tag) == "segment":
            yield {_local_name(leaf.tag): leaf.text for leaf in segment.iter() if not len(leaf)}


def kvn_messages(text: str) -> Iterator[dict[str, Any]]:
    """Give the fields of each `KEYWORD = value [unit]` message; CCSDS_OMM_VERS begins the next one."""
    message: dict[str, Any] = {}
    for line in text.splitlines():
        pair = _KVN_LINE.fullmatch(line.strip())
        if pair is None:
            continue
        if pair["keyword"] == "CCSDS_OMM_VERS" and message:
            yield message
            message = {}
        message[pair["keyword"]] = pair["value"]
    if message:
        yield message


def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]
