"""`logion trace`: record a client's conversation, replay it elsewhere, show it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command imports what it needs when it runs
    from logion_traces.exchanges import Exchange
    from logion_traces.format import Header, Trace
    from logion_traces.replayer import Outcome

SUMMARY = "record what a client and a broker say, and replay it"
"""What `logion --help` says of this command."""

SAME, DIFFERENT, USAGE = 0, 1, 2
"""Exit statuses: no difference (or done), some difference, wrong usage or no trace."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `logion trace` with these arguments and return the exit status."""
    options = _parser().parse_args(argv)
    from logion_traces.format import TraceError

    commands = {"record": _record, "replay": _replay, "show": _show}
    try:
        return commands[options.command](options)
    except (OSError, TraceError, ValueError) as error:
        sys.stderr.write(f"logion trace {options.command}: {error}\n")
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="logion trace", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_record(commands.add_parser("record", help="record through a proxy"))
    replay = commands.add_parser("replay", help="put a trace's requests to a broker")
    replay.add_argument("file", type=Path)
    replay.add_argument("--bootstrap", required=True, metavar="HOST:PORT")
    replay.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS")
    replay.add_argument("--json", action="store_true", help="print one JSON object")
    show = commands.add_parser("show", help="print a trace, decoded")
    show.add_argument("file", type=Path)
    show.add_argument("--full", action="store_true", help="with every message")
    return parser


def _add_record(record: argparse.ArgumentParser) -> None:
    record.add_argument("--upstream", required=True, metavar="HOST:PORT")
    record.add_argument("--output", required=True, type=Path, metavar="FILE")
    record.add_argument("--port", type=int, default=0, help="of the proxy; 0: any")
    record.add_argument("--ready-file", type=Path, help="gets the proxy's HOST:PORT")
    for name in ("broker", "broker-version", "client", "client-version"):
        record.add_argument(f"--{name}", required=True)
    record.add_argument(
        "client_command",
        nargs="*",
        metavar="COMMAND",
        help="run this and stop when it ends; {bootstrap} is the proxy's address",
    )


def _write(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _read(path: Path) -> Trace:
    from logion_traces.format import read_trace

    with path.open(encoding="utf-8") as lines:
        return read_trace(lines)


def _address(text: str) -> tuple[str, int]:
    """Return host and port of "HOST:PORT"; ValueError if it is not that."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def _record(options: argparse.Namespace) -> int:
    import trio
    from logion.clock import SystemClock

    from logion_traces.session import Session, record_session

    session = Session(
        upstream=_address(options.upstream),
        header=_header(options),
        output=options.output,
        command=options.client_command,
        port=options.port,
        ready_file=options.ready_file,
    )
    return trio.run(record_session, session, SystemClock())


def _header(options: argparse.Namespace) -> Header:
    from logion_traces.format import Header

    return Header(
        broker=options.broker,
        broker_version=options.broker_version,
        client=options.client,
        client_version=options.client_version,
        date="",
        command=" ".join(options.client_command),
    )


def _replay(options: argparse.Namespace) -> int:
    from functools import partial

    import trio

    from logion_traces.replayer import replay

    trace = _read(options.file)
    host, port = _address(options.bootstrap)
    outcomes = trio.run(partial(replay, trace, host, port, timeout_s=options.timeout))
    different = [outcome for outcome in outcomes if outcome.differences]
    if options.json:
        import json

        _write(json.dumps(_as_json(outcomes), indent=2))
    else:
        for outcome in different:
            _write(f"#{outcome.exchange.number} {outcome.exchange.name}")
            _write(*(f"  {difference}" for difference in outcome.differences))
        _write(f"{len(outcomes) - len(different)} of {len(outcomes)} answers agree")
    return DIFFERENT if different else SAME


def _as_json(outcomes: Sequence[Outcome]) -> dict[str, object]:
    return {
        "answers": len(outcomes),
        "agree": sum(not outcome.differences for outcome in outcomes),
        "differences": [
            {
                "request": outcome.exchange.number,
                "api": outcome.exchange.name,
                **difference._asdict(),
            }
            for outcome in outcomes
            for difference in outcome.differences
        ],
    }


def _show(options: argparse.Namespace) -> int:
    from logion_traces.exchanges import exchanges

    trace = _read(options.file)
    header = trace.header
    _write(
        f"{header.client} {header.client_version} with {header.broker}"
        f" {header.broker_version}, {header.date}",
        f"$ {header.command}",
    )
    for exchange in exchanges(trace):
        _write(*_shown(exchange, trace, full=options.full))
    return SAME


def _shown(exchange: Exchange, trace: Trace, *, full: bool) -> list[str]:
    sent = len(trace.frames[exchange.request_index].data)
    line = (
        f"#{exchange.number} {exchange.t_ms} ms connection {exchange.connection}"
        f" {exchange.name} {sent} B"
    )
    if exchange.response_index is not None and exchange.answered_ms is not None:
        received = len(trace.frames[exchange.response_index].data)
        took = exchange.answered_ms - exchange.t_ms
        line += f" -> {received} B in {took} ms"
    messages = [f"  > {exchange.request!r}", f"  < {exchange.response!r}"]
    return [line, *messages] if full else [line]
