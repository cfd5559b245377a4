"""The suite as a pytest plugin: options, the broker under test, verdicts.

The broker is met once, before collection, since the versions it speaks decide which
cases apply; the processes of pytest-xdist are told what was found. Without --bootstrap
the reference is started, and stopped at the end.
"""

from __future__ import annotations

import gc
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from logion.client.connection import Address, Exchange
from logion.client.versions import VersionRange, versions_of
from logion.protocol.apis import APIS
from logion.protocol.releases import release

from logion_conformance import case as cases
from logion_conformance import reporting, selecting
from logion_conformance.defaults import Defaults
from logion_conformance.ending import Ending, ending
from logion_conformance.entry import MARKER
from logion_conformance.expect import only_leaf
from logion_conformance.guarding import Guarded, guarded_already, guarded_broker
from logion_conformance.lacking import judged
from logion_conformance.opening import open_subject
from logion_conformance.provisioner import SETTINGS, Provisioner, provisioned
from logion_conformance.results.model import Spoken
from logion_conformance.results.model import Target as JudgedTarget
from logion_conformance.securing import Security, security_of
from logion_conformance.subject import Subject
from logion_conformance.tape import Tape
from logion_conformance.targets import (
    Named,
    NotStarted,
    Target,
    addresses_of,
    meet,
    named,
    version_of,
)
from logion_conformance.upkeep import UPKEEP

TARGET = pytest.StashKey[Target]()
RESOURCES = pytest.StashKey[ExitStack]()
PREFIX = pytest.StashKey[str]()
SECURITY = pytest.StashKey[Security]()
ENDING = pytest.StashKey[Ending]()
OWN = pytest.StashKey[Provisioner]()
"""Power over the target, if this process has started it."""

ANSWER_SECONDS_MAX = 15.0
"""Longest wait for one answer, and for what happens in its own time."""

GROWTH = 50_000
"""Objects that may be added, beyond those that went, before one looks for cycles."""

JUDGED = {
    "group.min.session.timeout.ms": "1000",
    "group.consumer.assignment.interval.ms": "0",
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
}
"""Of a broker that is started to be judged: silent members are waited for less long,
newcomers of groups not at all (KIP-1263), and internal topics have few logs."""


def pytest_addoption(
    parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager
) -> None:
    """Declare the suite's options, and take in the parts that choose and report."""
    for part in (selecting, reporting):
        pluginmanager.register(part, part.__name__)
    group = parser.getgroup("logion", "conformance of a Kafka broker")
    group.addoption(
        "--bootstrap",
        metavar="HOST:PORT",
        help="judge the broker there (several: separated by commas); "
        "without it the reference broker is started and judged",
    )
    group.addoption(
        "--target",
        metavar="NAME",
        help="what to judge: `logion-R`, the reference as of release R, `apache-R`, "
        "Apache Kafka of release R (needs Java and Maven), `librdkafka-mock`, `kfake`, "
        "`command:LINE`, any program ({port} and {data} in the line are filled in), or "
        "`miniature-M`, the reference with defect M (`python -m "
        "logion_harness.miniatures --list`); started for it",
    )
    group.addoption(
        "--release",
        metavar="R",
        help="Kafka release: of the reference when it is started, or what a broker is "
        "taken for that cannot say which versions it speaks (before 0.10.0)",
    )
    group.addoption(
        "--case",
        metavar="GLOB[,...]",
        help="only cases whose id matches: 'fetch.*', or one of several: 'a.*,b.*'",
    )
    group.addoption(
        "--quick",
        action="store_true",
        help="of every API only the oldest and the newest version both sides speak, "
        "and no case that stops a broker",
    )
    group.addoption(
        "--with-stops",
        action="store_true",
        help="with --quick: the cases that stop a broker too",
    )
    _add_manners(group)
    reporting.add_options(group)


def _add_manners(group: pytest.OptionGroup) -> None:
    """Declare the options about how the broker is asked."""
    group.addoption(
        "--patience",
        metavar="FACTOR",
        type=float,
        default=1.0,
        help="wait so many times as long as usual, which is 15 s for one answer",
    )
    group.addoption(
        "-X",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="client_options",
        help="a setting of clients about TLS or SASL: -X security.protocol=SSL",
    )
    group.addoption(
        "--client-config",
        metavar="FILE",
        type=Path,
        help="settings of clients about TLS or SASL, as a properties file",
    )
    group.addoption(
        "--hands-off",
        action="store_true",
        help="no case that touches what the suite did not make, such as a log level",
    )
    group.addoption(
        "--topic-prefix",
        metavar="TEXT",
        default="logion-conformance",
        help="first part of the names of all topics the suite makes, and deletes",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of cases; a name that is empty is wrong usage, since without
    one it is the reference that is judged: somebody's variable may not be set."""
    config.addinivalue_line("markers", MARKER)
    for name in ("bootstrap", "target", "release"):
        told = getattr(config.option, name)
        if told is not None and not told.strip():
            raise pytest.UsageError(f"--{name}: expected a value, found {told!r}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Meet the broker, or end the run with the reason why there is none."""
    config = session.config
    config.stash[RESOURCES] = ExitStack()
    config.stash[ENDING] = Ending()
    config.stash[RESOURCES].enter_context(config.stash[ENDING].hearing())
    told = getattr(config, "workerinput", {}).get("logion_conformance")
    try:
        config.stash[SECURITY] = security_told(config.option)
        reporting.hold_to(config, target_name(config.option))
        if told is not None:
            config.stash[TARGET], config.stash[PREFIX] = (
                target_from(told),
                told["prefix"],
            )
        elif not config.option.collectonly:
            config.stash[PREFIX] = f"{config.option.topic_prefix}-{uuid4().hex[:8]}"
            config.stash[TARGET] = met(config)
    except (NotStarted, OSError, ValueError) as reason:
        config.stash[RESOURCES].close()
        # else the terminal repeats what pytest itself says of the exit
        config.pluginmanager.unregister(name="terminalreporter")
        pytest.exit(f"no broker to judge: {reason}", returncode=reporting.NOT_DONE)
    except BaseException:
        config.stash[RESOURCES].close()  # pytest ends no session that has not begun
        raise


def security_told(option: Namespace) -> Security:
    """Return what the options say of TLS and SASL; ValueError if it cannot be so."""
    told = security_of(option.client_config, option.client_options)
    if told != Security() and not option.bootstrap:
        raise ValueError("-X and --client-config are about a broker at --bootstrap")
    if option.patience <= 0:
        raise ValueError(f"--patience: expected more than 0, found {option.patience:g}")
    return told


def target_name(option: Namespace) -> str:
    """Return what the options call the target: as lists of failures are named."""
    if option.target:
        return "-".join(filter(None, named(option.target)))
    if option.bootstrap:
        return str(option.bootstrap)
    return f"logion-{option.release}" if option.release else "logion"


def met(config: pytest.Config) -> Target:
    """Return the target, met; NotStarted if it is not there, which the reports say."""
    name = target_name(config.option)
    gathered = reporting.begin(config, JudgedTarget(name, "", ()))
    try:
        found = find_target(config)
    except (NotStarted, ValueError) as reason:
        gathered.target = replace(gathered.target, trouble=str(reason))
        reporting.write(config, gathered)
        raise
    gathered.target = replace(
        gathered.target,
        bootstrap=",".join(map(str, found.bootstrap)),
        apis=tuple(spoken_by(found)),
        version="" if config.option.bootstrap else version_of(named_target(config)),
    )
    return found


def spoken_by(target: Target) -> Iterator[Spoken]:
    """Yield what a target speaks, as reports have it."""
    for key, versions in sorted(target.versions.spoken.items()):
        name = APIS[key].name if key in APIS else f"API {key}"
        yield Spoken(name, versions.first, versions.last)


def find_target(config: pytest.Config) -> Target:
    """Return the broker the options name, or the reference, started for this run."""
    name = config.option.release
    if config.option.bootstrap and not config.option.target:
        fallback = release(name) if name else None
        addresses = addresses_of(config.option.bootstrap)
        return meet(addresses, fallback, config.stash[SECURITY])
    target = named_target(config)
    config.stash[OWN] = config.stash[RESOURCES].enter_context(
        provisioned(target, {**JUDGED, **UPKEEP})
    )
    return config.stash[OWN].target


def named_target(config: pytest.Config) -> Named:
    """Return what --target names, or the reference of --release."""
    if not config.option.target:
        name = config.option.release or ""
        return named(f"logion-{name}" if name else "logion")
    if config.option.bootstrap or config.option.release:
        raise ValueError("--target already says what --bootstrap and --release say")
    target = named(config.option.target)
    if target.kind == "address":
        text = f"--target starts a broker; for one that runs: --bootstrap {target.rest}"
        raise ValueError(text)
    return target


def target_from(told: Mapping[str, Any]) -> Target:
    """Return the target that the main process has met, from what it told."""
    name = told["fallback"]
    return Target(
        tuple(Address(*address) for address in told["bootstrap"]),
        release(name) if name else None,
        versions_of(told["versions"]),
        versions_of(told["readable"]).spoken,
        VersionRange(*told["metadata"]) if told["metadata"] else None,
        settings=told["settings"],
    )


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of pytest-xdist which broker was met."""
    stash = node.config.stash
    told = {**stash[TARGET].as_data(), "prefix": stash[PREFIX]}
    node.workerinput["logion_conformance"] = told


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop what was started."""
    session.config.stash[RESOURCES].close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a case with a parameter `version` once for every version both speak."""
    subject = cases.case_of(metafunc.definition)
    if subject is None or "version" not in metafunc.fixturenames:
        return
    target = metafunc.config.stash.get(TARGET, None)
    versions = cases.versions_to_try(subject, target.versions if target else None)
    if metafunc.config.option.quick:
        versions = cases.quick(versions)
    metafunc.parametrize("version", versions or [-1], ids=lambda v: f"v{v}")


def pytest_collection_finish() -> None:
    """Have Python look for cycles seldom, and never in what all cases stand on."""
    gc.freeze()
    gc.set_threshold(GROWTH)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a case that the broker's versions leave nothing of, UNSUPPORTED, or that
    touches what it is not to: UNTESTABLE."""
    subject = cases.case_of(item)
    if subject is None:
        return
    item.user_properties.append(("case", subject.id))
    item.user_properties.append(("level", subject.level))
    reason = cases.unsupported(subject, item.config.stash[TARGET].versions)
    if reason is not None:
        pytest.skip(reason)
    if item.config.option.hands_off and subject.touches:
        cases.untestable(f"it touches {subject.touches} (--hands-off)")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Take what a case raised out of the groups that trio's nurseries put it in, and
    say what an answer lacked."""
    try:
        with pyfuncitem.config.stash[ENDING].case():
            return (yield)
    except (BaseExceptionGroup, LookupError, ValueError) as failure:
        said = pyfuncitem.stash.get(reporting.EXCHANGES, [])
        raise judged(only_leaf(failure), said) from None
    except pytest.skip.Exception as skipped:
        raise with_reason(skipped) from None


def with_reason(skipped: BaseException) -> BaseException:
    """Return the skip that a case raised: pytest-trio makes one without its reason."""
    context = skipped.__context__
    return only_leaf(context) if isinstance(context, BaseExceptionGroup) else skipped


@pytest.fixture
def without_sasl(pytestconfig: pytest.Config) -> None:
    """Go on only with a listener that asks nobody who it is; UNSUPPORTED if not."""
    if pytestconfig.stash[SECURITY].has_sasl:
        pytest.skip("the listener has SASL")


@pytest.fixture
def exchanges(request: pytest.FixtureRequest) -> list[Exchange]:
    """What was said between the case and the broker, in order."""
    said: list[Exchange] = []
    request.node.stash[reporting.EXCHANGES] = said
    return said


@pytest.fixture
def tape(request: pytest.FixtureRequest) -> Tape:
    """The bytes of it, on all connections of the case."""
    stash = request.config.stash
    is_guarded = "guarded" in request.fixturenames
    security = (
        request.getfixturevalue("guarded").admin if is_guarded else stash[SECURITY]
    )
    made = Tape(security=security, run=stash[PREFIX].rpartition("-")[2])
    request.node.stash[reporting.TAPE] = made
    return made


@pytest.fixture(scope="session")
def spare(pytestconfig: pytest.Config) -> Iterator[Provisioner]:
    """A second broker of the target's kind, for cases that stop it; UNTESTABLE if the
    suite does not start the target."""
    if pytestconfig.option.bootstrap:
        cases.untestable("the suite stops no broker that it has not started: --target")
    with provisioned(named_target(pytestconfig), SETTINGS) as made:
        yield made


@pytest.fixture
def provisioner(spare: Provisioner) -> Iterator[Provisioner]:
    """What starts, stops and pauses the broker of the case; it runs afterwards."""
    yield spare
    spare.mend()


@pytest.fixture(scope="session")
def defaults(pytestconfig: pytest.Config) -> Iterator[Defaults]:
    """Further brokers of the target's kind, for topics that only defaults can make."""
    is_there = bool(pytestconfig.option.bootstrap)
    with ExitStack() as stack:
        yield Defaults(None if is_there else named_target(pytestconfig), stack)


@pytest.fixture(scope="session")
def guarded(pytestconfig: pytest.Config) -> Iterator[Guarded]:
    """The broker of cases about access, which asks who is there: see `guarding`."""
    if pytestconfig.option.bootstrap:
        stash = pytestconfig.stash
        yield guarded_already(stash[TARGET], stash[SECURITY])
        return
    with guarded_broker(named_target(pytestconfig), JUDGED) as made:
        yield made


@pytest.fixture
async def stranger(broker: Subject, guarded: Guarded) -> Subject:
    """The guarded broker as somebody without rights meets it."""
    return await broker.met_by(guarded.outsider)


def standing(config: pytest.Config, subject: cases.Case) -> Target:
    """Return the target, started again if it has ended, so that a case that fells it
    fails alone. Only where this process has started it."""
    own = config.stash.get(OWN, None)
    if own is not None and own.mend():
        config.stash[TARGET] = own.target
        note = f"the broker had ended before {subject.id}, and was started again"
        config.stash[reporting.GATHERED].notes.append(note)
    return config.stash[TARGET]


@pytest.fixture
async def broker(
    request: pytest.FixtureRequest,
    exchanges: list[Exchange],
    tape: Tape,
    defaults: Defaults,
) -> AsyncIterator[Subject]:
    """The broker under test, limited to the versions of the case."""
    subject = cases.case_of(request.node)
    assert subject is not None, f"{request.node.nodeid} has no @case"
    callspec = getattr(request.node, "callspec", None)
    version = callspec.params.get("version") if callspec else None
    config = request.config
    if "provisioner" in request.fixturenames:
        target = request.getfixturevalue("spare").target
    elif "guarded" in request.fixturenames:
        target = request.getfixturevalue("guarded").target
    else:
        target = replace(standing(config, subject), elsewhere=defaults.target)
    patience = config.option.patience
    async with (
        ending(cases.CASE_SECONDS_MAX * patience, config.stash[ENDING]),
        open_subject(
            target,
            cases.limits_of(subject, version),
            prefix=config.stash[PREFIX],
            timeout_s=ANSWER_SECONDS_MAX * patience,
            exchanges=exchanges,
            tape=tape,
        ) as met,
    ):
        yield met
