"""Ask the classes of Apache Kafka, release by release."""

from __future__ import annotations

import subprocess

from logion_conformance import apache

from tests.settings.classes.facts import FOLDER, FROM_CLASSES


def main() -> None:
    """Write the files of all releases that have such classes."""
    for release in FROM_CLASSES:
        program = str(FOLDER / "Settings.java")
        libs = f"{apache.jars(release)}/*"
        ran = subprocess.run(
            ["java", "-cp", libs, program], capture_output=True, text=True, check=True
        )
        (FOLDER / f"{release}.tsv").write_text(ran.stdout)
        print(release)


if __name__ == "__main__":
    main()
