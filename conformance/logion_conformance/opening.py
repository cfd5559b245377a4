"""How a case comes to the broker, and how it leaves: with nothing left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import trio
from logion.client.cluster import open_cluster
from logion.client.connection import Exchange, Options
from logion.client.versions import VersionRange
from logion.protocol.apis import API_VERSIONS, METADATA

from logion_conformance.readable import within
from logion_conformance.subject import Story, Subject, unheard_of
from logion_conformance.tape import Tape
from logion_conformance.targets import Target

FRAME_SIZE_MAX = 32 * 1024 * 1024
"""Largest answer that is taken, in bytes: a broker that floods us is left."""

FAREWELL_SECONDS_MAX = 5.0
"""How long a case may clean up that was ended from outside."""


@asynccontextmanager
async def open_subject(
    target: Target,
    limits: Mapping[int, VersionRange],
    *,
    prefix: str,
    timeout_s: float,
    exchanges: list[Exchange],
    tape: Tape | None = None,
) -> AsyncIterator[Subject]:
    """Yield the broker for one case; afterwards its topics are gone, and hung up.

    What the case says and hears is put into `exchanges`, its bytes on the `tape`, which
    also knows how a broker is reached: in clear if there is none. The first of `limits`
    is the API that the case is about.
    """
    tape = tape or Tape()
    spoken, about = target.versions.spoken, next(iter(limits), None)
    options = Options(
        client_id=unheard_of(prefix),
        timeout_s=timeout_s,
        retry_s=timeout_s,
        fallback=target.fallback,
        is_asked=API_VERSIONS in spoken,
        is_exact=True,
        lenient=frozenset({METADATA} - {about}),
        limits={**spoken, **within(limits, target.readable_for(about), spoken)},
        observe=exchanges.append,
        frame_size_max=FRAME_SIZE_MAX,
        dial=tape.dial,
    )
    async with (
        open_cluster(target.bootstrap, options) as cluster,
        AsyncExitStack() as stack,
    ):
        subject = Subject(target, cluster, stack, prefix)
        subject.security = tape.security
        subject.story = Story(exchanges, tape)
        try:
            yield subject
        finally:
            until = subject.story.place
            await clean_up_anyhow(subject)
            subject.story.cut(until)


async def clean_up_anyhow(subject: Subject) -> None:
    """Let a case clean up; one that is ended too, within a short time."""
    try:
        await subject.clean_up()
    except trio.Cancelled:
        with trio.move_on_after(FAREWELL_SECONDS_MAX, shield=True):
            await subject.clean_up()
        raise
