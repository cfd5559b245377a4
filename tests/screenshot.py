"""Pictures of the console for the README and the docs: a lively broker, in a browser.

`python -m tests.screenshot` (`make screenshot`) writes them into docs/images. It needs
Chromium and chromedriver.
"""

from __future__ import annotations

import json
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

from confluent_kafka import Consumer, Producer
from logion.testing import Broker
from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import WebDriverWait

from tests.integration.browser import browser, prefer, resize

FOLDER = Path(__file__).parents[1] / "docs/images"
PICTURES = {
    "console.png": ("/", 840),
    "console-records.png": ("/topics/orders/0", 900),
}
"""File, to the page that it shows and its height in pixels of CSS."""

WIDTH, SCALE = 1120, 1.5
WAIT_S = 30

TOPICS = {"orders": (6, 4200), "payments": (3, 1800), "shipments": (3, 950)}
"""Topic, to its partitions and how many records it gets."""

GROUPS = {
    "billing": (("orders", "payments"), 2, 5000),
    "warehouse": (("orders",), 3, 2600),
    "tracking": (("shipments",), 1, 700),
}
"""Group, to its topics, its members, and about how many records it reads."""


@contextmanager
def lively() -> Iterator[Broker]:
    """Give a broker whose topics are written and read."""
    with Broker(config={"num.partitions": 6}, console=True) as broker:
        stop = threading.Event()
        fill(broker)
        consumers = [
            threading.Thread(target=read, args=(broker, group, number, stop))
            for group, (_, members, _) in GROUPS.items()
            for number in range(members)
        ]
        for thread in consumers:
            thread.start()
        try:
            yield broker
        finally:
            stop.set()
            for thread in consumers:
                thread.join()


def fill(broker: Broker) -> None:
    """Write what a shop would."""
    for topic, (partitions, count) in TOPICS.items():
        client = {"bootstrap.servers": broker.bootstrap, "client.id": f"shop-{topic}"}
        producer = Producer({**client, "enable.idempotence": True})
        for number in range(count):
            order = {"order": 70_000 + number, "total": f"{number % 90}.90 EUR"}
            producer.produce(
                topic,
                json.dumps({**order, "items": [{"sku": "book-17", "count": 2}]}),
                f"customer-{number % 211}",
                partition=number % partitions,
                headers={"trace": f"{number * 7919:08x}"},
            )
            producer.poll(0)
        assert producer.flush(WAIT_S) == 0
        del producer  # its last words would be about a broker that has gone


def read(broker: Broker, group: str, number: int, stop: threading.Event) -> None:
    """Read a member's share of a group's records, and stay until `stop`."""
    topics, members, count = GROUPS[group]
    consumer = Consumer(
        {
            "bootstrap.servers": broker.bootstrap,
            "group.id": group,
            "client.id": f"{group}-{number}",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    consumer.subscribe(list(topics))
    seen = 0
    while not stop.is_set():
        message = consumer.poll(0.1) if seen < count // members else None
        if message is None:
            consumer.poll(0.1) if seen == 0 else stop.wait(0.1)
        elif message.error() is None:
            seen += 1
            if seen % 50 == 0:
                consumer.commit(message, asynchronous=False)
    consumer.close()


def main() -> None:
    """Write the pictures."""
    with lively() as broker, browser() as chromium:
        wait_for_groups(chromium, broker)
        prefer(chromium, "light")
        for name, (page, height) in PICTURES.items():
            resize(chromium, WIDTH, height, scale=SCALE)
            chromium.get(urljoin(broker.console_url, page))
            shot = b64decode(chromium.get_screenshot_as_base64())
            (FOLDER / name).write_bytes(shot)


def wait_for_groups(chromium: Chrome, broker: Broker) -> None:
    """Return once every group has members and has committed something."""

    def is_lively(_: Chrome) -> bool:
        groups = broker.inspect().groups
        stable = [it for it in groups if it.state == "Stable" and len(it.offsets) > 2]
        return len(stable) == len(GROUPS)

    WebDriverWait(chromium, 2 * WAIT_S, 0.5).until(is_lively)


if __name__ == "__main__":
    main()
