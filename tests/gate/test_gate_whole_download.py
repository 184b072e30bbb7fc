"""Handlers that the stock box fetches count when they arrived whole. Odoo's own code fetches."""

import ast
import configparser
import importlib.util
import io
import logging
import os
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from gate_http import ROOT
from stock_kit import stock_addon

SPEC = importlib.util.spec_from_file_location(
    "gate_whole_download", ROOT / "scenic_gate_box" / "whole_download.py"
)
whole_download = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(whole_download)

STOCK = {"download_iot_handlers", "update_conf", "get_conf"}


class Away(Exception):
    """The server is not reached."""


def package(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, text in files.items():
            made.writestr(f"{name}.py", text)
    return data.getvalue()


class Box:
    """The functions of Odoo's own file that fetch handlers, around a server and a disk of ours."""

    def __init__(self, folder):
        self.folder, self.answer, self.asked = folder, None, []
        source = (stock_addon()[1] / "tools" / "helpers.py").read_text()
        found = [n for n in ast.parse(source).body if getattr(n, "name", "") in STOCK]
        assert len(found) == len(STOCK)
        for function in found:
            function.decorator_list = []  # they look up the server's address
        self.helpers = SimpleNamespace(delete_iot_handlers=self.delete)
        names = vars(self.helpers)
        away = SimpleNamespace(RequestException=Away)
        names |= {"configparser": configparser, "io": io, "zipfile": zipfile,
                  "_logger": logging.getLogger(__name__), "get_identifier": lambda: "box",
                  "path_file": self.path,
                  "requests": SimpleNamespace(post=self.post, exceptions=away)}  # fmt: skip
        exec(compile(ast.Module(found, []), "helpers", "exec"), names)
        whole_download.adapt(self.helpers)

    def path(self, *parts):
        return self.folder / parts[-1]

    def delete(self):
        for path in (self.folder / "iot_handlers").glob("*"):
            path.unlink()

    def post(self, _url, headers=None, **_values):
        tag = (headers or {}).get("If-None-Match")
        self.asked.append(tag)
        if self.answer is None:
            raise Away
        given, data = self.answer
        status = 304 if tag == given else 200
        return SimpleNamespace(
            content=b"" if status == 304 else data, status_code=status, headers={"ETag": given},
            raise_for_status=lambda: None,
        )  # fmt: skip

    def start(self, answer):
        """Start the box beside a server that answers so; returns the names of its handlers."""
        self.answer = answer
        self.helpers.download_iot_handlers(server_url="http://server")
        return self.here()

    def here(self):
        return sorted(path.name for path in (self.folder / "iot_handlers").glob("*"))


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path)


FIRST, SECOND = ("one", package(a="1")), ("two", package(a="2", b="2"))


def test_a_package_is_fetched_once(box):
    assert box.start(FIRST) == ["a.py"]
    assert box.start(FIRST) == ["a.py"]
    assert box.start(SECOND) == ["a.py", "b.py"]
    assert box.start(None) == ["a.py", "b.py"]
    assert box.start(SECOND) == ["a.py", "b.py"]
    assert box.asked == [None, "one", "one", "two", "two"]


@pytest.mark.parametrize("body", [b"<html>sign in</html>", SECOND[1][:40]])
def test_what_is_no_package_is_not_taken_for_the_newest_one(box, body):
    """A portal, a proxy or a line that was cut: the stock box notes its tag all the same."""
    box.start(FIRST)
    assert box.start(("two", body)) == ["a.py"]
    assert box.start(SECOND) == ["a.py", "b.py"]


def test_one_that_was_cut_before_anything_arrived_comes_all_the_same(box):
    assert box.start(("two", SECOND[1][:40])) == []
    assert box.start(None) == []
    assert box.start(SECOND) == ["a.py", "b.py"]


@pytest.mark.parametrize("between", [[], [None], [None, None]])
def test_half_a_package_is_fetched_again(box, monkeypatch, between):
    """A power cut or a full disk while it is unpacked; the server may be away, or go back."""
    box.start(FIRST)

    def half(self, path):
        self.extract("a.py", path)
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(zipfile.ZipFile, "extractall", half)
        with pytest.raises(OSError, match="no space"):
            box.start(SECOND)
    for answer in between:
        box.start(answer)
    assert box.start(SECOND) == ["a.py", "b.py"]
    assert box.start(FIRST) == ["a.py"]


def test_half_a_package_is_no_older_one(box, monkeypatch):
    box.start(FIRST)
    with monkeypatch.context() as broken:
        broken.setattr(zipfile.ZipFile, "extractall", _cut)
        with pytest.raises(OSError, match="cut"):
            box.start(SECOND)
    box.start(None)
    assert box.start(FIRST) == ["a.py"]


def _cut(_self, _path):
    raise OSError("cut")


def test_a_tag_counts_when_the_files_are_on_the_disk(box, monkeypatch):
    """What was only unpacked may be empty files after a power cut."""
    seen = []

    def sync():
        conf = box.folder / "odoo.conf"
        seen.append((box.here(), "scenic_handlers_whole" in Path(conf).read_text()))

    monkeypatch.setattr(os, "sync", sync)
    box.start(FIRST)
    assert seen == [(["a.py"], False)]
