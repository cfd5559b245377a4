"""A headless Chromium, driven by selenium."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from tests.integration.build import need

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--lang=en",
)
"""The browser is to speak with the page under test and with nobody else."""

PAGE_SECONDS_MAX = 60


@contextmanager
def browser(width: int = 1200, height: int = 900) -> Iterator[Chrome]:
    """Give a browser with a window of this size; MissingToolError if there is none."""
    need("chromium", "chromedriver")
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = Chrome(options, ChromeService(shutil.which("chromedriver")))
        try:
            driver.set_page_load_timeout(PAGE_SECONDS_MAX)
            resize(driver, width, height)
            yield driver
        finally:
            driver.quit()


def resize(driver: Chrome, width: int, height: int, *, scale: float = 1) -> None:
    """Let pages be as wide and high as this, in pixels of CSS."""
    metrics = {
        "width": width,
        "height": height,
        "deviceScaleFactor": scale,
        "mobile": False,
    }
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def prefer(driver: Chrome, scheme: str) -> None:
    """Let pages be shown to somebody who prefers `light` or `dark`."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def complaints(driver: Chrome) -> list[str]:
    """Return what the browser has complained of since it was last asked."""
    return [it["message"] for it in driver.get_log("browser")]
