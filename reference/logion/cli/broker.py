"""`logion broker`: run one broker until it is told to stop."""

from __future__ import annotations

import logging
import signal
import tempfile
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path

import trio

from logion import __version__
from logion.broker.broker import Broker, open_broker
from logion.broker.defaults import settings_over_defaults
from logion.broker.faults.faults import Faults
from logion.broker.listener import bind
from logion.cli.arguments import FAILED, Parser, problem_text, refuse
from logion.cli.collecting import collect_seldom
from logion.cli.console import DEFAULT_CONSOLE, Place, console_place
from logion.cli.logs import FORMATS, LEVELS, to_stderr
from logion.clock import SystemClock
from logion.config import NEWEST_RELEASE, BrokerConfig, ConfigError
from logion.disk import SystemDisk
from logion.log.manager import DirectoryRefused
from logion.properties import parse_properties
from logion.protocol.releases import release

log = logging.getLogger(__name__)

STOPPING = (signal.SIGTERM, signal.SIGINT)

DEFAULT_LISTEN = "127.0.0.1:9092"

LOCAL = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Where a program on this machine reaches a broker that listens on every interface."""

DESCRIPTION = """\
Run a Kafka broker. Without arguments it listens on 127.0.0.1:9092, keeps its data in a
temporary folder that is removed at the end, and plays the newest release. When it
accepts connections it says so on stdout. SIGTERM and SIGINT shut it down cleanly, a
second one at once.
"""

EPILOG = """\
Settings have Kafka's names; those of --listen, --data and --set go over those of the
file. Exit status: 0 after a clean shutdown, 1 if the broker cannot start, 2 if a
setting or an argument is wrong.
"""


def main(arguments: list[str]) -> int:
    """Run a broker; return 0 after a clean shutdown, 1 or 2 if it cannot start."""
    options = _parser().parse_args(arguments)
    to_stderr(level=options.log_level, form=options.log_format)
    try:
        given, played = _given(options), release(options.release)
        faults = _faults(options.faults)
        console = console_place(options.console)
    except (ValueError, OSError) as problem:
        return refuse("broker", problem)
    early = _early_signals()
    with _data_folder(given) as folder:
        status = _serve(
            partial(_config, folder, given, str(played)),
            partial(_run, faults, console, options.ready_file, early),
        )
    _tell(faults)
    return status


def _serve(
    configure: Callable[[], BrokerConfig],
    run: Callable[[BrokerConfig], Awaitable[None]],
) -> int:
    status = 0
    try:
        config = configure()
        for warning in config.warnings:
            log.warning("%s", warning)
        trio.run(run, config)
    except* ConfigError as problems:
        status = refuse("broker", _first(problems))
    except* (DirectoryRefused, OSError) as problems:
        log.error("%s", problem_text(_first(problems)))
        status = FAILED
    return status


def _parser() -> Parser:
    parser = Parser(prog="logion broker", description=DESCRIPTION, epilog=EPILOG)
    add = parser.add_argument
    add("properties", nargs="?", metavar="server.properties", help="settings")
    add("--listen", metavar="HOST:PORT", help="address; port 0 takes a free one")
    add("--data", metavar="DIR", help="data folder; it is kept")
    add("--release", metavar="R", default=NEWEST_RELEASE, help="0.8.0 to 4.3")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting")
    add("--faults", metavar="FILE", help="a plan of what it does wrong, in TOML")
    add(
        "--console",
        nargs="?",
        const=DEFAULT_CONSOLE,
        metavar="HOST:PORT",
        help=f"pages about the broker, by default on {DEFAULT_CONSOLE}",
    )
    add("--ready-file", metavar="FILE", help="gets HOST:PORT once connections work")
    add("--log-level", choices=LEVELS, default="warning", help="what stderr gets")
    add("--log-format", choices=FORMATS, default="text", help="for people, or JSON")
    return parser


def _given(options: Namespace) -> dict[str, str]:
    """Return the settings that the command line and its file ask for."""
    settings: dict[str, str] = {}
    if options.properties is not None:
        # Paths may be in any encoding; comments in any, too.
        path = Path(options.properties)
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        settings |= parse_properties(text)
    for pair in options.set:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"--set {pair}: expected KEY=VALUE")
        settings[key.strip()] = value.strip()
    listens = {"listeners", "port", "host.name"} & settings.keys()
    if options.listen or not listens:
        settings["listeners"] = f"PLAINTEXT://{options.listen or DEFAULT_LISTEN}"
    if options.data is not None:
        settings["log.dirs"] = options.data
    return settings


@contextmanager
def _data_folder(given: dict[str, str]) -> Iterator[str]:
    """Give the first data folder: one that was named, or a temporary one."""
    named = given.get("log.dirs") or given.get("log.dir")
    if named:
        yield named.split(",")[0].strip()
        return
    with tempfile.TemporaryDirectory(prefix="logion-") as temporary:
        yield temporary


def _config(folder: str, given: dict[str, str], played: str) -> BrokerConfig:
    """Return all settings; DirectoryRefused if the folder's own cannot be read."""
    try:
        settings = settings_over_defaults(
            given, disk=SystemDisk(), folder=folder, release=played
        )
    except ValueError as problem:
        raise DirectoryRefused(f"{folder}: {problem}") from problem
    return BrokerConfig.of(settings, release=played)


def _early_signals() -> Sequence[int]:
    """Return the signals that will have come before `_stop_on_signal` waits for them.

    What was begun by then is undone in order; a second signal ends the process.
    """
    early: list[int] = []

    def note(number: int, _frame: object) -> None:
        early.append(number)
        _give_back_signals()

    for number in STOPPING:
        signal.signal(number, note)
    return early


def _give_back_signals() -> None:
    """Let the next signal end the process."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)


def _faults(path: str | None) -> Faults:
    """Return what the broker does wrong: the plan of a file, or nothing."""
    faults = Faults()
    if path is not None:
        from logion.broker.faults.plan import read_plan_file

        faults.load(read_plan_file(path))
    return faults


def _tell(faults: Faults) -> None:
    """Log how often each fault fired; one that never did is a warning."""
    for name, matched, fired in faults.counts():
        level = logging.INFO if fired else logging.WARNING
        text = "fault %s fired %d times; %d requests matched"
        log.log(level, text, name, fired, matched)


async def _run(
    faults: Faults,
    console: Place | None,
    ready_file: str | None,
    early: Sequence[int],
    config: BrokerConfig,
) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(_stop_on_signal, nursery.cancel_scope, early)
        await trio.lowlevel.checkpoint()  # a signal that came early ends it here
        async with AsyncExitStack() as stack:
            broker = await _open(stack, config, faults)
            url = await _open_console(stack, broker, console)
            collect_seldom()
            _announce(broker, ready_file, url)
            await trio.sleep_forever()


async def _open(stack: AsyncExitStack, config: BrokerConfig, faults: Faults) -> Broker:
    """Return a broker that `stack` closes; DirectoryRefused for unreadable files."""
    try:
        opening = open_broker(config, SystemClock(), SystemDisk(), faults=faults)
        return await stack.enter_async_context(opening)
    except ValueError as problem:
        raise DirectoryRefused(str(problem)) from problem


async def _stop_on_signal(
    running: trio.CancelScope,
    early: Sequence[int],
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Cancel `running` at the first signal; the second one ends the process."""
    with trio.open_signal_receiver(*STOPPING) as signals:
        task_status.started()
        if not early:
            async for _ in signals:
                break
    _give_back_signals()
    running.cancel()


async def _open_console(
    stack: AsyncExitStack, broker: Broker, place: Place | None
) -> str | None:
    """Return the address of a console that `stack` closes, None if none is wanted."""
    if place is None:
        return None
    from logion.console.server import open_console

    console = open_console(broker, bind("console", *place))
    return await stack.enter_async_context(console)


def _announce(broker: Broker, ready_file: str | None, console: str | None) -> None:
    """Say that connections are accepted, and where."""
    host, port = broker.addresses[0]
    host = LOCAL.get(host, host)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if ready_file is not None:
        _write_whole(Path(ready_file), f"{address}\n")
    played = broker.state.release
    print(f"logion {__version__} listening on {address} (release {played})", flush=True)
    if console is not None:
        print(f"console: {console}", flush=True)


def _write_whole(path: Path, text: str) -> None:
    """Write a file that nobody sees half written."""
    unfinished = path.with_name(f"{path.name}.tmp")
    unfinished.write_text(text)
    unfinished.replace(path)


def _first(problems: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first problem of a group, however deep it lies."""
    found: BaseException = problems
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
