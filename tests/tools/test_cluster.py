"""The private PostgreSQL of a checkout."""

import pytest
from scenic_tools import paths, postgres, shell


def test_a_server_that_recovers_for_long_gets_no_second_one(tmp_path, monkeypatch):
    """Previously another port was written down for it, and no command found it again."""
    monkeypatch.setattr(paths, "LOCAL", tmp_path)
    monkeypatch.setattr(postgres, "RECOVERY_LIMIT", 0.2)
    cluster, begun = postgres.Cluster(), []
    monkeypatch.setattr(cluster, "_answer", lambda: 1)
    monkeypatch.setattr(cluster, "_prepare", lambda: begun.append("prepare"))
    monkeypatch.setattr(cluster, "_launch", lambda: begun.append("launch"))
    with pytest.raises(shell.SetupError):
        cluster.start()
    assert not begun
