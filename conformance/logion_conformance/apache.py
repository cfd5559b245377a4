"""Real Apache Kafka of (almost) any release, started from its Maven artifacts.

Only who compares with it needs Java::

    from logion_conformance import apache

    with apache.cluster("3.9.1") as kafka:
        print(kafka.bootstrap, kafka.pid, kafka.data)
        apache.run("3.9.1", "kafka.tools.DumpLogSegments", "--files", str(segment))

From a shell, until Ctrl-C (`--port`, `--data`, `--heap 1g`, `--set key=value`)::

    python -m logion_conformance.apache 3.9.1

Below 4.0 it runs with its own ZooKeeper, from there on with KRaft. The jars of a
release are resolved once into `.cache/apache/RELEASE` of a checkout, elsewhere into the
user's `~/.cache/logion/apache/RELEASE` (another parent folder: `LOGION_APACHE_CACHE`),
which takes Maven some seconds to a minute; a `pom.xml` is generated there. Everything
listens on 127.0.0.1, on free ports unless told; data folders are temporary unless
given. Only `java` and `mvn` are needed: `missing()` says which is not there. A server
is stopped by its own process id, first politely.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from logion_conformance.maven import cache_folder, resolve
from logion_conformance.processes import PAUSE_SECONDS, Process, free_port

CACHE = Path(os.environ.get("LOGION_APACHE_CACHE", cache_folder() / "apache"))
"""Parent of one folder of jars per release."""

PATCHES = {
    "0.8.2": "0.8.2.2",
    "0.9.0": "0.9.0.1",
    "0.10.0": "0.10.0.1",
    "0.10.1": "0.10.1.1",
    "0.10.2": "0.10.2.2",
    "0.11.0": "0.11.0.3",
    "1.1": "1.1.1",
    "2.8": "2.8.2",
    "3.9": "3.9.1",
    "4.0": "4.0.0",
    "4.3": "4.3.0",
}
"""The patch release that stands for each release we compare with."""

READY = "started (kafka.server.KafkaServer)"
"""What a broker with ZooKeeper logs when it is registered and serves."""

HEAP = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""JVM flags of tests: little memory, quick start. Benchmarks pass their own."""

LOG4J = "log4j:log4j:1.2.17"
SLF4J_LOG4J = "org.slf4j:slf4j-log4j12:1.7.25"
SLF4J_RELOAD4J = "org.slf4j:slf4j-reload4j:1.7.36"
LOG4J_CORE = "org.apache.logging.log4j:log4j-core:2.24.3"
"""4.0 changes levels of loggers through it and does not depend on it; later ones do."""

ZOOKEEPER = "org.apache.zookeeper:zookeeper:3.4.10"
"""For releases whose own, 3.4.13 and 3.4.14, cannot connect on Java 14 and later."""

JAXB = "javax.xml.bind:jaxb-api:2.3.1"

Version = tuple[int, ...]


def version_of(release: str) -> Version:
    """Return "0.10.0.1" as (0, 10, 0, 1), which compares as releases do."""
    return tuple(int(part) for part in release.split("."))


def patch_of(release: str) -> str:
    """Return the version to start: that of PATCHES for 3.9, 3.9.1 for itself.

    Raises ValueError, which names those of PATCHES, for what is no release.
    """
    if found := PATCHES.get(release):
        return found
    known = "".join(release.split(".")).isdecimal() and release.count(".") >= 2
    if not known:
        raise ValueError(
            f"Apache Kafka {release!r} is not known; known are {', '.join(PATCHES)}, "
            "and full versions such as 3.7.2"
        )
    return release


def scala_of(release: str) -> str:
    """Return the Scala version whose build of `release` we take."""
    version = version_of(release)
    return "2.11" if version < (1,) else "2.12" if version < (2, 4) else "2.13"


def uses_zookeeper(release: str) -> bool:
    """Whether we start `release` with ZooKeeper (below 4.0) rather than KRaft."""
    return version_of(release) < (4,)


def artifacts_of(release: str) -> tuple[str, ...]:
    """Return the Maven coordinates that make `release` start on Java 17, with tools."""
    version = version_of(release)
    kafka = f"org.apache.kafka:kafka_{scala_of(release)}:{release}"
    if version < (0, 10, 1):
        return (kafka,)
    if version < (2,):
        return kafka, SLF4J_LOG4J, LOG4J, JAXB
    if version < (2, 4):
        return kafka, SLF4J_LOG4J, ZOOKEEPER
    if version < (3, 5):
        return kafka, SLF4J_LOG4J if version < (3,) else SLF4J_RELOAD4J
    tools = f"org.apache.kafka:kafka-tools:{release}"
    if version < (4,):
        return kafka, tools, SLF4J_RELOAD4J
    return (kafka, tools, LOG4J_CORE) if version < (4, 1) else (kafka, tools)


def missing() -> str | None:
    """Return which tool of Apache Kafka's own needs this machine lacks, or None."""
    lacking = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    return f"no {' and no '.join(lacking)}" if lacking else None


def jars(release: str) -> Path:
    """Return the folder with the jars of `release`, resolved once."""
    return resolve(CACHE / release, artifacts_of(release))


LOG4J_1 = """log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.target=System.err
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
"""


def java_command(
    release: str, main_class: str, *arguments: str, jvm: Sequence[str] = HEAP
) -> list[str]:
    """Return the command line of one of the main classes of `release`."""
    libs = jars(release)
    logging = libs.parent / "log4j.properties"
    if not logging.exists():
        logging.write_text(LOG4J_1)
    return [
        "java",
        *jvm,
        f"-Dlog4j.configuration={logging.as_uri()}",
        "-cp",
        f"{libs}/*",
        main_class,
        *arguments,
    ]


def run(
    release: str, main_class: str, *arguments: str, stdin: str = "", seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Return what a tool of `release` printed, with its exit status, unchecked."""
    command = java_command(release, main_class, *arguments)
    return subprocess.run(  # noqa: S603 - our own command
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def dump_log_segments(release: str, *files: Path, records: bool = True) -> str:
    """Return what `release`'s DumpLogSegments prints of `files`.

    Raises RuntimeError if the tool fails. With `records` every record is read, inside
    compressed batches too.
    """
    flags = ("--deep-iteration", "--print-data-log") if records else ()
    names = ",".join(map(str, files))
    ran = run(release, "kafka.tools.DumpLogSegments", "--files", names, *flags)
    if ran.returncode:
        raise RuntimeError(f"DumpLogSegments of {names}:\n{ran.stdout}{ran.stderr}")
    return ran.stdout


@dataclass(slots=True)
class Kafka:
    """A running broker of Apache Kafka."""

    release: str
    bootstrap: str
    data: Path
    """Its only `log.dirs` entry."""
    zookeeper: str | None
    """Where its ZooKeeper listens; None with KRaft."""
    process: Process

    @property
    def pid(self) -> int:
        """The broker's process id."""
        return self.process.popen.pid

    @property
    def output(self) -> Path:
        """The file with what the broker printed."""
        return self.process.output

    def start(self) -> None:
        """Start it again after a kill or a stop."""
        self.process.start()

    def stop(self) -> None:
        """Ask it to end, and wait; it is killed if it does not in time."""
        self.process.stop()

    def kill(self) -> None:
        """Kill it at once (kill -9)."""
        self.process.kill()


SESSION_SECONDS_MAX = 60.0
"""How long the end of a session at ZooKeeper is waited for."""

SINGLE_BROKER = {
    "broker.id": "0",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "3",
    "group.initial.rebalance.delay.ms": "0",
    "log.cleaner.dedupe.buffer.size": "2097152",
    "controlled.shutdown.max.retries": "0",
}
"""What one broker alone needs: no copies, small internal topics."""


def listener_settings(release: str, port: int) -> dict[str, str]:
    """Return the settings with which `release` listens on 127.0.0.1:`port`."""
    if version_of(release) < (0, 9):
        return {
            "host.name": "127.0.0.1",
            "advertised.host.name": "127.0.0.1",
            "port": str(port),
        }
    return {"listeners": f"PLAINTEXT://127.0.0.1:{port}"}


def kraft_settings(port: int, controller: int) -> dict[str, str]:
    """Return the settings of a broker that is its own KRaft controller."""
    return {
        "process.roles": "broker,controller",
        "node.id": "0",
        "controller.quorum.voters": f"0@127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }


def write_properties(file: Path, settings: Mapping[str, str]) -> Path:
    """Write `settings` as a Java properties file and return it."""
    file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
    return file


@contextlib.contextmanager
def folder_or_temporary(folder: Path | None) -> Iterator[Path]:
    """Yield `folder`, made if absent, or a temporary one that goes away afterwards."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    temporary = Path(tempfile.mkdtemp(prefix="apache-"))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def zookeeper(release: str, *, folder: Path | None = None) -> Iterator[str]:
    """Run the ZooKeeper that came with `release`; yield its HOST:PORT."""
    port = free_port()
    with folder_or_temporary(folder) as home:
        settings = {
            "dataDir": str(home / "zookeeper"),
            "clientPort": str(port),
            "clientPortAddress": "127.0.0.1",
            "maxClientCnxns": "0",
            "tickTime": "500",
            "admin.enableServer": "false",
            "4lw.commands.whitelist": "dump",
        }
        file = write_properties(home / "zookeeper.properties", settings)
        main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        process = Process(
            java_command(release, main, str(file)), port, home / "zookeeper.out"
        )
        process.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            process.stop()


def await_no_broker(zookeeper: str) -> None:
    """Return once no broker has a session at a ZooKeeper; TimeoutError if one stays.

    The session of one that was killed stands for `zookeeper.session.timeout.ms`. One
    that starts meanwhile ends at once, or, in 0.8.2, takes itself for the controller
    that it was, and is none ever after.
    """
    host, _, port = zookeeper.partition(":")
    until = time.perf_counter() + SESSION_SECONDS_MAX
    while time.perf_counter() < until:
        with socket.create_connection((host, int(port)), SESSION_SECONDS_MAX) as asked:
            asked.sendall(b"dump")
            with asked.makefile("rb") as answer:
                if b"/brokers/ids/" not in answer.read():
                    return
        time.sleep(PAUSE_SECONDS)
    raise TimeoutError(f"a broker's session still stands at {zookeeper}")


def format_kraft(release: str, properties: Path) -> None:
    """Prepare the data folder of a KRaft broker; a formatted one stays as it is."""
    tool = "kafka.tools.StorageTool"
    cluster = "bG9naW9uLXRlc3RzLTAwMA"
    ran = run(release, tool, "format", "-t", cluster, "-g", "-c", str(properties))
    if ran.returncode:
        raise RuntimeError(f"{tool}:\n{ran.stdout}{ran.stderr}")


@contextlib.contextmanager
def broker(  # noqa: PLR0913 - all but the first two have defaults
    release: str,
    *,
    zookeeper: str | None,
    folder: Path | None = None,
    data: Path | None = None,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
    jvm: Sequence[str] = HEAP,
) -> Iterator[Kafka]:
    """Run one broker on 127.0.0.1, with KRaft where `zookeeper` is None.

    `folder` receives its configuration and output, `data` (default: in `folder`) its
    logs; `settings` are broker properties that override ours. On leaving it is stopped.
    """
    port = port or free_port()
    with folder_or_temporary(folder) as home:
        data = data or home / "data"
        properties = write_properties(
            home / "server.properties",
            {
                **SINGLE_BROKER,
                **(
                    kraft_settings(port, free_port())
                    if zookeeper is None
                    else listener_settings(release, port)
                    | {"zookeeper.connect": zookeeper}
                ),
                "log.dirs": str(data),
                **(settings or {}),
            },
        )
        if zookeeper is None:
            format_kraft(release, properties)
        command = java_command(release, "kafka.Kafka", str(properties), jvm=jvm)
        process = Process(command, port, home / "broker.out")
        process.ready = READY if zookeeper else ""
        process.start()
        try:
            yield Kafka(release, f"127.0.0.1:{port}", data, zookeeper, process)
        finally:
            process.stop()


@contextlib.contextmanager
def cluster(
    release: str,
    *,
    data: Path | None = None,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
    jvm: Sequence[str] = HEAP,
) -> Iterator[Kafka]:
    """Run one broker of `release` with all it needs: its ZooKeeper below 4.0."""
    with contextlib.ExitStack() as stack:
        address = (
            stack.enter_context(zookeeper(release)) if uses_zookeeper(release) else None
        )
        yield stack.enter_context(
            broker(
                release,
                zookeeper=address,
                data=data,
                port=port,
                settings=settings,
                jvm=jvm,
            )
        )


def main() -> None:
    """Run a release until Ctrl-C or SIGTERM, as the module says."""
    parser = argparse.ArgumentParser(description="Run real Apache Kafka")
    parser.add_argument("release")
    parser.add_argument("--port", type=int)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--heap", default="512m")
    chosen = parser.parse_args()
    settings = dict(each.split("=", 1) for each in chosen.set)
    jvm = (f"-Xmx{chosen.heap}", "-XX:+UseG1GC")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        cluster(
            chosen.release,
            data=chosen.data,
            port=chosen.port,
            settings=settings,
            jvm=jvm,
        ) as kafka,
    ):
        print(  # noqa: T201 - what it is run for
            f"{kafka.bootstrap} pid {kafka.pid} data {kafka.data}", flush=True
        )
        signal.pause()


if __name__ == "__main__":
    main()
