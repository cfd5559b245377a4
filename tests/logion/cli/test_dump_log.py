from __future__ import annotations

from pathlib import Path

import pytest
from logion.cli.dump_log import main
from logion.records.record import Record, write_batch
from logion.testing import Broker

from tests.logion.cli.running import write
from tests.shared import needs_shared, shared

Capsys = pytest.CaptureFixture[str]
STEM = f"{0:020d}"
BATCH = write_batch([Record(0, 1, b"k", b"value")])


def test_files_are_told_by_their_names(tmp_path: Path, capsys: Capsys) -> None:
    log = write(tmp_path / f"{STEM}.log", BATCH)
    index = write(tmp_path / f"{STEM}.index", b"")
    epochs = write(tmp_path / "leader-epoch-checkpoint", b"0\n1\n4 0\n")
    assert main([str(log), str(index), str(epochs)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Dumping {log}"
    assert lines[1].startswith("baseOffset: 0 ")
    assert lines[2:] == [
        f"Dumping {index}",
        f"Dumping {epochs}",
        "epoch: 4 startOffset: 0",
    ]


@pytest.mark.parametrize("ending", [".deleted", ".cleaned", ".swap"])
def test_files_on_their_way_are_told_too(
    ending: str, tmp_path: Path, capsys: Capsys
) -> None:
    assert main([str(write(tmp_path / f"{STEM}.log{ending}", BATCH))]) == 0
    assert "baseOffset: 0 " in capsys.readouterr().out


def test_records_are_printed_if_asked(tmp_path: Path, capsys: Capsys) -> None:
    log = str(write(tmp_path / f"{STEM}.log", BATCH))
    assert main([log]) == 0
    assert "|" not in capsys.readouterr().out
    assert main(["--deep-iteration", log]) == 0
    assert "| offset: 0 " in (out := capsys.readouterr().out)
    assert "payload" not in out
    assert main(["--print-data-log", log]) == 0
    assert "key: k payload: value" in capsys.readouterr().out


def test_damage_is_status_1_and_the_other_files_are_printed(
    tmp_path: Path, capsys: Capsys
) -> None:
    torn = write(tmp_path / f"{STEM}.log", BATCH[:-1])
    meta = write(tmp_path / "meta.properties", b"broker.id=1\n")
    assert main([str(torn), str(meta)]) == 1
    out = capsys.readouterr().out
    assert "DAMAGED at byte 0: the entry is cut short" in out
    assert out.endswith("broker.id=1\n")


def test_a_name_that_says_nothing_is_status_2(tmp_path: Path, capsys: Capsys) -> None:
    assert main([str(write(tmp_path / "notes.txt", b""))]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "notes.txt: its name is none of .log, .checkpoint, " in err


def test_a_file_that_is_not_there_is_status_2(tmp_path: Path, capsys: Capsys) -> None:
    assert main([str(tmp_path / f"{STEM}.log")]) == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_everything_a_broker_leaves_is_well(tmp_path: Path, capsys: Capsys) -> None:
    from confluent_kafka import Producer

    with Broker(data=str(tmp_path), config={"log.index.interval.bytes": 0}) as broker:
        options = {"bootstrap.servers": broker.bootstrap, "enable.idempotence": True}
        producer = Producer(options)
        for number in range(5):
            producer.produce("t", f"{number}".encode())
            assert producer.flush(30) == 0
        del producer
    hidden = {".lock", "logion-coordination.journal"}
    files = [it for it in tmp_path.rglob("*") if it.is_file() and it.name not in hidden]
    assert main([*map(str, files), "--print-data-log"]) == 0
    out = capsys.readouterr().out
    assert "payload: 4" in out
    assert "partition: t-0 offset: 5" in out
    assert f"Dumping {tmp_path / 't-0' / STEM}.timeindex\ntimestamp: " in out


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize(
    "release", ["0.10.0.1", "0.11.0.3", "2.8.2", "3.9.1", "3.9.1-kraft"]
)
def test_everything_apache_kafka_left_is_well(release: str, capsys: Capsys) -> None:
    folder = shared(f"spec/quickstart/datadir/{release}/raw")
    told = ("*.log", "*index", "*.snapshot", "*checkpoint", "meta.properties")
    files = [str(path) for pattern in told for path in folder.rglob(pattern)]
    assert len(files) > 10
    assert main([*files, "--print-data-log"]) == 0
    assert "DAMAGED" not in capsys.readouterr().out


def test_the_name_of_every_checkpoint_is_known(tmp_path: Path, capsys: Capsys) -> None:
    for name in ("recovery-point-offset-checkpoint", "cleaner-offset-checkpoint"):
        assert main([str(write(tmp_path / name, b""))]) == 0
    assert capsys.readouterr().out.count("Dumping") == 2
