"""The Odoo server of a park as a child process, and calls to it as a user."""

import itertools
from dataclasses import dataclass

import requests
from scenic_tools import paths, shell

from . import ports
from .children import Child, Children

START_LIMIT = 300  # seconds; the first start of a new version compiles Odoo's files


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    database: str
    http: int
    gevent: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"


def start(
    children: Children, address: Address, *, workers: int = 0, crons: int = 1, options: tuple = ()
) -> Child:
    """Start a server with workers and wait until it answers."""
    for port in (address.http, address.gevent):
        if ports.in_use(port):
            raise shell.SetupError(
                f"port {port} is in use: stop what listens there, or choose another (--port)"
            )
    command = [paths.LOCAL / "bin" / "odoo", "-d", address.database, "--http-interface=127.0.0.1"]
    command += [f"--http-port={address.http}", f"--gevent-port={address.gevent}"]
    command += [f"--workers={workers}", f"--max-cron-threads={crons}", *options]
    child = children.start("server", command)
    child.wait_ready(lambda: _answers(address), f"{address.url} answers", START_LIMIT)
    return child


def _answers(address: Address) -> bool:
    with requests.get(f"{address.url}/web/health?db_server_status=1", timeout=30) as reply:
        return reply.status_code == 200 and reply.json().get("db_server_status")


class RpcError(Exception):
    """The server answered a call with an error; the text is what a user would see."""


class User:
    """A logged-in user who calls models as the web client does."""

    def __init__(self, address: Address, login: str, password: str):
        self.address = address
        self.session = requests.Session()
        self._number = itertools.count(1)
        params = {"db": address.database, "login": login, "password": password}
        self.uid = self._post("/web/session/authenticate", params)["uid"]

    def _post(self, path: str, params: dict):
        reply = self.session.post(
            self.address.url + path,
            json={"jsonrpc": "2.0", "method": "call", "id": next(self._number), "params": params},
            timeout=120,
        )
        reply.raise_for_status()
        answer = reply.json()
        if "error" in answer:
            data = answer["error"].get("data") or {}
            raise RpcError(data.get("message") or answer["error"]["message"])
        return answer.get("result")

    def call(self, model: str, method: str, *args, **kwargs):
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def search(self, model: str, domain: list, fields: list, **options) -> list[dict]:
        return self.call(model, "search_read", domain, fields, **options)

    def id_of(self, external_id: str) -> int:
        module, name = external_id.split(".")
        found = self.search(
            "ir.model.data", [("module", "=", module), ("name", "=", name)], ["res_id"]
        )
        if not found:
            raise LookupError(f"there is no {external_id} in {self.address.database}")
        return found[0]["res_id"]
