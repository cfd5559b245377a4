from __future__ import annotations

from pathlib import Path

import pytest
from logion_model import sources
from logion_model.catalogue import CATALOGUE, MODELS
from logion_model.sources import digest_of, modules_of


def test_a_model_is_made_of_its_rules_and_what_these_import() -> None:
    made_of = {name.removeprefix("logion_model.") for name in modules_of("kip-320")}
    rules = {"base", "fencing", "kip_279", "kip_320"}
    assert {f"replication.{it}" for it in rules} <= made_of
    assert "catalogue.replication" in made_of
    assert not {"entry", "bugs", "kernel", "log"} & made_of


FIRST = {entry.name: entry for entry in reversed(CATALOGUE)}


@pytest.mark.parametrize("model", MODELS)
def test_every_model_is_made_of_the_module_that_has_its_steps(model: str) -> None:
    spec = MODELS[model].at(FIRST[model].scope)
    asked = getattr(spec.next, "func", spec.next)
    assert asked.__module__ in modules_of(model)


def test_another_source_has_another_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, path in modules_of("kip-320").items():
        copy = tmp_path.joinpath(*name.split(".")[1:], path.name)
        copy = copy if path.name == "__init__.py" else copy.parent.with_suffix(".py")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    before = digest_of("kip-320")
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    assert digest_of("kip-320") == before
    rules = tmp_path / "replication" / "kip_279.py"
    rules.write_text(rules.read_text().replace("==", "!="))
    assert digest_of("kip-320") != before
