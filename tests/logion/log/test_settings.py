from __future__ import annotations

from logion.log.settings import NEVER, LogSettings


def test_the_defaults_are_kafkas() -> None:
    settings = LogSettings()
    assert settings.segment_bytes == 1_073_741_824
    assert settings.segment_ms == settings.retention_ms == 604_800_000
    assert settings.segment_index_bytes == 10_485_760
    assert settings.index_interval_bytes == 4096
    assert settings.file_delete_delay_ms == 60_000
    assert settings.rules.message_size_max == 1_048_588
    assert settings.producer_expiry_ms == 86_400_000
    assert settings.flush_messages == settings.flush_ms == NEVER == 2**63 - 1
