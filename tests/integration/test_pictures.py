"""The page of a trace in a real browser: it steps, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from logion_model.cli import main
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from tests.integration.browser import browser, complaints, resize


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page about a counterexample of eight steps."""
    file: Path = tmp_path_factory.mktemp("pages") / "trace.html"
    arguments = ["truncate-to-high-watermark", "--scope", "2,2,2,1"]
    assert main(["explore", *arguments, "--output", str(file)]) == 0
    return file.as_uri()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chrome]:
    """A browser that all tests of this file share."""
    with browser() as driver:
        yield driver


def shown(driver: Chrome) -> list[str]:
    """Return the ids of the steps that can be seen."""
    frames = driver.find_elements(By.CLASS_NAME, "frame")
    return [str(it.get_attribute("id")) for it in frames if it.is_displayed()]


def press(driver: Chrome, name: str) -> None:
    buttons = driver.find_elements(By.TAG_NAME, "button")
    next(it for it in buttons if name in it.text).click()


def test_buttons_keys_and_links_step(chromium: Chrome, page: str) -> None:
    chromium.get(page)
    assert shown(chromium) == ["step-0"]
    press(chromium, "Next")
    assert shown(chromium) == ["step-1"]
    chromium.find_element(By.TAG_NAME, "body").send_keys(Keys.ARROW_RIGHT)
    assert shown(chromium) == ["step-2"]
    chromium.find_element(By.LINK_TEXT, "Broker 0 commits r0 at 0").click()
    assert shown(chromium) == ["step-7"]
    press(chromium, "Last")
    assert shown(chromium) == ["step-8"]
    assert chromium.find_element(By.TAG_NAME, "output").text == "step 8 of 8"
    told = chromium.find_element(By.CLASS_NAME, "told").get_property("textContent")
    assert str(told).startswith("Step 8: Broker 1 is told to follow 0 in epoch 1")
    press(chromium, "Back")
    chromium.find_element(By.TAG_NAME, "body").send_keys(Keys.ARROW_LEFT)
    assert shown(chromium) == ["step-6"]
    assert complaints(chromium) == []


def test_an_address_leads_to_a_step(chromium: Chrome, page: str) -> None:
    chromium.get("about:blank")
    chromium.get(f"{page}#step-5")
    assert shown(chromium) == ["step-5"]
    loaded = chromium.execute_script(
        "return performance.getEntriesByType('resource').length"
    )
    assert loaded == 0


def test_it_fits_a_narrow_window(chromium: Chrome, page: str) -> None:
    resize(chromium, 390, 800)
    chromium.get(page)
    width = chromium.execute_script("return document.documentElement.scrollWidth")
    resize(chromium, 1200, 900)
    assert width <= 390
