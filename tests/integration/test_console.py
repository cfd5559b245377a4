"""The console in a real browser: shown, kept up to date, usable by everybody."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from confluent_kafka import Consumer, Producer
from logion.testing import Broker
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.integration import build
from tests.integration.browser import browser, complaints, prefer, resize

SECONDS_MAX = 30

PAGES = (
    "/",
    "/topics",
    "/topics/orders",
    "/topics/orders/0",
    "/topics/orders/0?order=oldest",
    "/topics/orders/0/0",
    "/topics/orders/settings",
    "/topics/__consumer_offsets/{offsets}",
    "/groups",
    "/group?id=shop",
    "/transactions",
    "/transaction?id=till",
    "/clients",
    "/client?peer={peer}",
    "/settings",
    "/none",
)

HOSTILE = b"<img src=x onerror=document.title='broken'><script>alert(1)</script>"


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    """A broker with a console, records of many kinds, and a group that reads some."""
    with Broker(console=True) as running:
        producer = Producer({"bootstrap.servers": running.bootstrap})
        for number in range(30):
            value = json.dumps({"order": number, "paid": True}).encode()
            headers = [("source", b"web")]
            producer.produce("orders", value, b"%d" % number, headers=headers)
        producer.produce("orders", HOSTILE, HOSTILE)
        producer.produce("orders", bytes(range(256)), None)
        producer.produce("orders", b"x" * 50_000, b"long")
        assert producer.flush(SECONDS_MAX) == 0
        consumer = Consumer(
            {
                "bootstrap.servers": running.bootstrap,
                "group.id": "shop",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
            }
        )
        consumer.subscribe(["orders"])
        message = consumer.poll(SECONDS_MAX)
        assert message is not None
        assert message.error() is None
        consumer.commit(message, asynchronous=False)
        till = Producer(
            {"bootstrap.servers": running.bootstrap, "transactional.id": "till"}
        )
        till.init_transactions(SECONDS_MAX)
        till.begin_transaction()
        till.produce("receipts", b"open")
        assert till.flush(SECONDS_MAX) == 0
        del producer
        yield running
        consumer.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chrome]:
    """A browser for all tests of this module."""
    try:
        build.need("chromium", "chromedriver", "npm")
    except build.MissingToolError as reason:
        pytest.skip(str(reason))
    with browser() as driver:
        yield driver


def address(broker: Broker, page: str) -> str:
    """Return where a page of PAGES is."""
    peers = [it.peer for it in broker.inspect().clients]
    offsets = broker.inspect().topic("__consumer_offsets")
    (used,) = [it.index for it in offsets.partitions if it.high_watermark]
    return urljoin(broker.console_url, page.format(peer=peers[0], offsets=used))


def visit(chromium: Chrome, broker: Broker, page: str) -> None:
    """Open a page of PAGES."""
    chromium.get(address(broker, page))


def until(chromium: Chrome, condition: str) -> None:
    """Wait until a condition, in JavaScript, holds."""
    waiting = WebDriverWait(chromium, SECONDS_MAX, 0.05)
    waiting.until(lambda it: it.execute_script(f"return {condition}"))


def text(chromium: Chrome) -> str:
    return chromium.find_element(By.TAG_NAME, "main").text


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_sound_and_accessible_light_dark_and_narrow(
    chromium: Chrome, broker: Broker, page: str
) -> None:
    complaints(chromium)
    resize(chromium, 1200, 900)
    prefer(chromium, "light")
    visit(chromium, broker, page)
    assert re.fullmatch(r".+ – logion console", chromium.title)
    assert [it for it in complaints(chromium) if "status of 404" not in it] == []
    assert violations(chromium) == []
    prefer(chromium, "dark")
    assert violations(chromium) == []
    resize(chromium, 400, 800)
    width = chromium.execute_script("return document.documentElement.scrollWidth")
    assert width <= 400
    assert violations(chromium) == []


def violations(chromium: Chrome) -> list[str]:
    """Return what axe finds wrong with the page: the rule and where."""
    if not chromium.execute_script("return Boolean(window.axe)"):
        chromium.execute_script(build.axe().read_text())
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: dict[str, Any] = chromium.execute_async_script(
        "const [rules, done] = arguments;"
        "axe.run(document, {runOnly: rules}).then(done);",
        rules,
    )
    return [
        f"{it['id']}: {it['nodes'][0]['html']} {it['nodes'][0]['failureSummary']}"
        for it in found["violations"]
    ]


def test_hostile_records_do_nothing(chromium: Chrome, broker: Broker) -> None:
    visit(chromium, broker, "/topics/orders/0")
    assert HOSTILE.decode() in text(chromium)
    assert chromium.find_elements(By.TAG_NAME, "img") == [
        chromium.find_element(By.CSS_SELECTOR, ".brand img")
    ]
    assert chromium.title == "orders, partition 0 – logion console"


def test_pages_keep_themselves_up_to_date(chromium: Chrome, broker: Broker) -> None:
    visit(chromium, broker, "/topics/orders/0")
    end = broker.end_offset("orders")
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    producer.produce("orders", b"while somebody looks")
    assert producer.flush(SECONDS_MAX) == 0
    del producer
    until(chromium, f"document.querySelector('.records li').id === 'r{end}'")
    assert "while somebody looks" in text(chromium)


def test_updates_can_be_paused(chromium: Chrome, broker: Broker) -> None:
    visit(chromium, broker, "/")
    pause = chromium.find_element(By.ID, "pause")
    pause.click()
    assert pause.get_attribute("aria-pressed") == "true"
    chromium.execute_script("window.asked = 0; window.fetch = async () => asked++")
    chromium.execute_script("return refresh()")
    assert chromium.execute_script("return asked") == 0
    pause.click()
    assert pause.get_attribute("aria-pressed") == "false"


def test_updates_leave_the_focus_where_it_is(chromium: Chrome, broker: Broker) -> None:
    visit(chromium, broker, "/topics")
    chromium.execute_script(
        "document.querySelector('[href=\"/topics/orders\"]').focus();"
        "const part = document.querySelector('[data-live=topics]');"
        "part.append('an old state');"
    )
    until(chromium, "!document.body.textContent.includes('an old state')")
    focused = chromium.switch_to.active_element
    assert focused.get_attribute("href") == urljoin(
        broker.console_url, "/topics/orders"
    )


def test_without_a_mouse_every_link_is_reached(
    chromium: Chrome, broker: Broker
) -> None:
    visit(chromium, broker, "/topics/orders")
    reached = []
    for _ in range(60):
        chromium.switch_to.active_element.send_keys(Keys.TAB)
        focused = chromium.switch_to.active_element
        if focused.tag_name == "body":
            break
        reached.append(focused.get_attribute("href"))
        outline = focused.value_of_css_property("outline-style")
        assert outline != "none", focused.get_attribute("outerHTML")
    links = chromium.find_elements(By.CSS_SELECTOR, "a[href]")
    assert {it.get_attribute("href") for it in links} <= set(reached)
    assert str(reached[0]).endswith("#main")


def test_the_skip_link_leads_to_the_content(chromium: Chrome, broker: Broker) -> None:
    visit(chromium, broker, "/topics")
    chromium.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB, Keys.ENTER)
    assert chromium.switch_to.active_element.get_attribute("id") == "main"


def test_a_record_is_found_by_its_offset_with_the_keyboard(
    chromium: Chrome, broker: Broker
) -> None:
    visit(chromium, broker, "/topics/orders/0")
    chromium.find_element(By.ID, "from").send_keys("7", Keys.ENTER)
    until(chromium, "location.search === '?from=7'")
    first = chromium.find_element(By.CSS_SELECTOR, ".records h3 a")
    assert first.text == "Offset 7"
    first.send_keys(Keys.ENTER)
    until(chromium, "location.pathname === '/topics/orders/0/7'")
    assert '"order": 7' in text(chromium)


def test_without_javascript_pages_are_whole(chromium: Chrome, broker: Broker) -> None:
    def off(value: bool) -> None:
        what = {"value": value}
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", what)

    off(True)
    try:
        visit(chromium, broker, "/group?id=shop")
        assert "Committed offsets" in text(chromium)
        assert not chromium.find_element(By.ID, "pause").is_displayed()
        chromium.find_element(By.LINK_TEXT, "orders-0").click()
        assert "Offset 1" in text(chromium)
    finally:
        off(False)


def test_another_site_reads_nothing(broker: Broker) -> None:
    request = urllib.request.Request(
        broker.console_url, headers={"Host": "evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError, match="421") as refusal:
        urllib.request.urlopen(request, timeout=SECONDS_MAX)
    refusal.value.close()
