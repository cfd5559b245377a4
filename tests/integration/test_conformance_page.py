"""The page of the conformance suite in a real browser: wide, narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from logion_conformance.results.page import page
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.integration import build
from tests.integration.browser import browser, complaints, prefer, resize
from tests.integration.test_console import violations
from tests.logion_conformance.results.made import MIXED, case, report, trial

HOSTILE = "<img src=x onerror=document.title='broken'>"
OTHER = report(
    case("fetch.lacking", trial("UNSUPPORTED")),
    case("produce.broken", trial("PASS", 3)),
    name=HOSTILE,
)
SAME = report(*MIXED.cases, name="same")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page of three targets is."""
    file: Path = tmp_path_factory.mktemp("pages") / "report.html"
    file.write_text(page((MIXED, OTHER, SAME)), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chrome]:
    """A browser for all tests of this module."""
    try:
        build.need("chromium", "chromedriver", "npm")
    except build.MissingToolError as reason:
        pytest.skip(str(reason))
    with browser() as driver:
        yield driver


def shown(driver: Chrome, table: str) -> list[str | None]:
    """Return the cases of a table that can be seen."""
    rows = driver.find_elements(By.CSS_SELECTOR, f"#{table} .case")
    return [it.get_attribute("data-case") for it in rows if it.is_displayed()]


def choose(driver: Chrome, name: str, words: str) -> None:
    Select(driver.find_element(By.ID, name)).select_by_visible_text(words)


def test_it_is_sound_and_accessible_light_dark_and_on_a_phone(
    chromium: Chrome, address: str
) -> None:
    complaints(chromium)
    for scheme, width in (("light", 1200), ("dark", 1200), ("dark", 390)):
        prefer(chromium, scheme)
        resize(chromium, width, 840)
        chromium.get(address)
        assert violations(chromium) == []
        chromium.find_element(By.CSS_SELECTOR, "#matrix button.FAIL").click()
        assert violations(chromium) == []
        shape = "return document.documentElement.scrollWidth"
        assert chromium.execute_script(shape) <= width
    assert complaints(chromium) == []
    assert chromium.title.startswith("Kafka conformance: logion, <img")


@pytest.mark.parametrize(("targets", "is_wider"), [(4, False), (9, True)])
def test_on_a_phone_four_targets_fit_and_of_more_the_page_says_so(
    chromium: Chrome, tmp_path: Path, targets: int, *, is_wider: bool
) -> None:
    file = tmp_path / "report.html"
    names = ("logion", "apache-3.9.1", "librdkafka-mock", "kfake", *map(str, range(5)))
    reports = [report(*MIXED.cases, name=it) for it in names[:targets]]
    file.write_text(page(reports), encoding="utf-8")
    resize(chromium, 390, 840)
    chromium.get(file.as_uri())
    wide = "const it = document.querySelector('#matrix').parentElement;"
    wide += "return it.scrollWidth > it.clientWidth"
    assert chromium.execute_script(wide) == is_wider
    hints = chromium.find_elements(By.CSS_SELECTOR, ".legend .more")
    assert [it.is_displayed() for it in hints][-1] == is_wider


def test_a_verdict_opens_its_clause_what_was_said_and_the_bytes(
    chromium: Chrome, address: str
) -> None:
    chromium.get(address)
    button = chromium.find_element(By.CSS_SELECTOR, "#differing button.FAIL")
    button.send_keys(Keys.ENTER)
    dialog = chromium.find_element(By.ID, "detail")
    assert dialog.is_displayed()
    assert "produce.broken is kept." in dialog.text
    assert "MetadataResponse(errorCode=3)" in dialog.text
    dialog.find_element(By.TAG_NAME, "summary").click()
    assert "00000000  03 00" in dialog.text
    dialog.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()
    assert chromium.switch_to.active_element == button


def test_cases_are_filtered_by_name_level_and_verdict(
    chromium: Chrome, address: str
) -> None:
    chromium.get(address)
    assert len(shown(chromium, "matrix")) == 6
    choose(chromium, "level", "SHOULD")
    assert shown(chromium, "matrix") == ["fetch.told"]
    choose(chromium, "level", "every level")
    choose(chromium, "verdict", "not as expected")
    assert shown(chromium, "matrix") == ["produce.broken", "produce.mended"]
    chromium.find_element(By.ID, "find").send_keys("mend", Keys.ENTER)
    assert shown(chromium, "matrix") == ["produce.mended"]
    assert chromium.find_element(By.ID, "shown").text == "1 of 6 cases"


def test_any_two_targets_are_compared(chromium: Chrome, address: str) -> None:
    chromium.get(address)
    assert "fetch.lacking" not in shown(chromium, "differing")
    assert "produce.broken" in shown(chromium, "differing")
    choose(chromium, "second-target", "same")
    assert shown(chromium, "differing") == []
    count = chromium.find_element(By.ID, "differ-count")
    assert count.text == "0 of 6 cases differ."
    choose(chromium, "second-target", HOSTILE)
    assert len(shown(chromium, "differing")) == 5
