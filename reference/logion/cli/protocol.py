"""`logion protocol`: messages shown, decoded, encoded and held to what others wrote."""

from __future__ import annotations

import argparse
import json
import string
import sys
from collections.abc import Callable, Iterable, Iterator

from logion.cli.arguments import FAILED, Parser, problem_text, refuse
from logion.cli.checking import FILES_HELP, check_files
from logion.cli.messages import (
    UnknownMessage,
    catalogue_lines,
    history_lines,
    message_called,
    shown_lines,
    shown_messages,
    version_of,
)

LIST = "Print every API with its key, versions, first flexible version and scope."
SHOW = """\
Print a message as documentation: its versions, then each field with type, versions and
meaning. The name of an API shows both its messages.
"""
DECODE = """\
Read the body of a message, without size and header, on stdin; print it as JSON with
Kafka's names. What consists of hexadecimal digits and white space is taken for those
digits, anything else for the bytes themselves.
"""
ENCODE = """\
Read a message as JSON on stdin, with Kafka's names; print its body as hexadecimal
digits. Bytes and records are base64, as `decode` prints them. A field that has a
default may be left out.
"""
CHECK = """\
Decode and encode what each line of a vector file holds: an object with "name",
"version", "hex" and perhaps "json", without which the bytes are only read and written
again. Prints each line that disagrees, with the field or byte where it differs, and
closes with how many agree. Exit status 1 when some do not.
"""


def main(arguments: list[str]) -> int:
    """Run `logion protocol`; return the exit status."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except UnknownMessage as problem:
        return refuse(f"protocol {options.command}", problem)


def _parser() -> Parser:
    parser = Parser(prog="logion protocol", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], int], about: str, text: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=text)
        added.set_defaults(run=run)
        return added

    command("list", _list, "every API and every other message", LIST)
    show = command("show", _show, "a message as documentation", SHOW)
    show.add_argument("message", metavar="MESSAGE", help="FetchRequest, Fetch, ...")
    show.add_argument("--version", type=int, metavar="N", help="as it is in version N")
    decode = command("decode", _decode, "bytes to JSON", DECODE)
    _add_message(decode)
    form = decode.add_mutually_exclusive_group()
    form.add_argument("--hex", action="store_true", help="stdin is digits")
    form.add_argument("--bytes", action="store_true", help="stdin is bytes")
    encode = command("encode", _encode, "JSON to bytes", ENCODE)
    _add_message(encode)
    encode.add_argument("--bytes", action="store_true", help="write bytes, not digits")
    check = command("check", _check, "compare with vector files", CHECK)
    check.add_argument("files", nargs="+", metavar="FILE.jsonl", help=FILES_HELP)
    return parser


def _add_message(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("message", metavar="MESSAGE", help="such as MetadataResponse")
    parser.add_argument("version", metavar="VERSION", type=int)


def _list(_: argparse.Namespace) -> int:
    print(*catalogue_lines(), sep="\n")
    return 0


def _show(options: argparse.Namespace) -> int:
    messages = shown_messages(options.message, options.version)
    if options.version is None:
        print(*history_lines(messages[0]), "", sep="\n")
    for cls in messages:
        print(*shown_lines(cls, options.version), sep="\n")
    return 0


def _decode(options: argparse.Namespace) -> int:
    from logion.protocol.codec import decode_exactly
    from logion.protocol.errors import ProtocolError
    from logion.protocol.json import to_json

    cls = message_called(options.message)
    version = version_of(cls, options.version)
    try:
        body = _body(sys.stdin.buffer.read(), options)
        value = to_json(decode_exactly(cls, version, body), version)
    except (ProtocolError, ValueError) as problem:
        return _fail("decode", problem)
    print(json.dumps(value, indent=2, ensure_ascii=False))
    return 0


def _encode(options: argparse.Namespace) -> int:
    from logion.protocol.codec import encode
    from logion.protocol.errors import ApiError
    from logion.protocol.json import from_json

    cls = message_called(options.message)
    version = version_of(cls, options.version)
    try:
        value = json.loads(sys.stdin.buffer.read())
        body = encode(from_json(cls, version, value), version)
    except json.JSONDecodeError as problem:
        return _fail("encode", f"stdin is not JSON: {problem}")
    except (ApiError, ValueError) as problem:
        return _fail("encode", problem)
    if options.bytes:
        sys.stdout.buffer.write(body)
    else:
        print(body.hex())
    return 0


def _check(options: argparse.Namespace) -> int:
    return check_files("protocol check", options.files, _problems)


def _problems(lines: Iterable[str]) -> Iterator[str | None]:
    from logion.protocol.vectors import Tally, disagreements

    tally = Tally()
    for disagreement in disagreements(lines, tally):
        yield str(disagreement)
    yield from (None for _ in range(tally.agreed))


_DIGITS = frozenset((string.hexdigits + string.whitespace).encode())


def _body(data: bytes, options: argparse.Namespace) -> bytes:
    """Return the bytes that stdin means; ValueError for digits that are none."""
    is_hex = options.hex or (not options.bytes and _DIGITS.issuperset(data))
    if not is_hex:
        return data
    text = data.decode("ascii", errors="replace")
    try:
        return bytes.fromhex(text)
    except ValueError as problem:
        raise ValueError(
            f"stdin is not pairs of hexadecimal digits: {problem}"
        ) from None


def _fail(command: str, problem: object) -> int:
    print(f"logion protocol {command}: {problem_text(problem)}", file=sys.stderr)
    return FAILED
