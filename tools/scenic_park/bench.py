"""What all rows of tools/bench share: a database, a server, and the form of a result."""

import contextlib
import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from scenic_tools import database, paths

from . import databases, inside, ports, server
from .children import Child, Children

ADDONS = paths.ROOT / "tools" / "bench_addons"
DATABASE = "scenic_bench"


@dataclass
class Row:
    """One line of bench.json. `figure` and `floor` are medians, in `unit`."""

    row: str
    unit: str
    figure: float
    floor: float | None
    target: float  # of the ratio where there is a floor, else of the figure
    n: int  # works measured in one repeat
    detail: dict = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.figure / self.floor if self.floor else None

    @property
    def reached(self) -> bool:
        return (self.figure if self.ratio is None else self.ratio) <= self.target

    def as_json(self) -> dict:
        ratio = None if self.ratio is None else round(self.ratio, 3)
        values = asdict(self) | {"ratio": ratio}
        order = ("row", "unit", "figure", "floor", "ratio", "target", "n", "detail")
        return {
            name: float(f"{values[name]:.4g}") if isinstance(values[name], float) else values[name]
            for name in order
        }


def interleaved(works: dict[str, Callable[[], float]], repeats: int = 3) -> dict[str, list[float]]:
    """Do each work in turn, `repeats` times: what the machine does meanwhile hits all alike."""
    results: dict[str, list[float]] = {name: [] for name in works}
    for _repeat in range(repeats):
        for name, work in works.items():
            results[name].append(work())
    return results


median = statistics.median


class Bench:
    """The place where the rows are measured."""

    def __init__(self, children: Children, odoo_version: str, quick: bool):
        self.children = children
        self.odoo_version = odoo_version
        self.quick = quick
        self.work = paths.LOCAL / "bench"
        self.work.mkdir(parents=True, exist_ok=True)

    def size(self, full: int, quick: int) -> int:
        return quick if self.quick else full

    @contextlib.contextmanager
    def park(self, name: str = DATABASE) -> Iterator[str]:
        """A fresh copy of the sample park with the floor's addon."""
        database.copy(databases.template(self.odoo_version, assets=False), name)
        log = paths.LOCAL / "log" / "bench-install.log"
        options = (self._addons_path(), "--stop-after-init", "--no-http")
        database.odoo("-d", name, "-i", "scenic_bench_floor", *options, log=log)
        try:
            yield name
        finally:
            inside.leave(name)
            database.drop(name)

    @contextlib.contextmanager
    def stock(self, name: str, *modules: str) -> Iterator[str]:
        """A fresh database of Odoo's own modules, without ours: what peers and floors run in."""
        database.copy(database.base(self.odoo_version), name)
        if modules:
            log = paths.LOCAL / "log" / f"bench-install-{name}.log"
            options = ("--stop-after-init", "--no-http")
            database.odoo("-d", name, "-i", ",".join(modules), *options, log=log)
        try:
            yield name
        finally:
            inside.leave(name)
            database.drop(name)

    def environment(self, name: str):
        return inside.environment(name, self._addons_path())

    @contextlib.contextmanager
    def server(self, name: str, workers: int = 2) -> Iterator[tuple[server.Address, Child]]:
        address = server.Address(name, ports.free(), ports.free())
        child = server.start(
            self.children,
            address,
            workers=workers,
            crons=0,
            options=(self._addons_path(), "--log-level=error"),
        )
        try:
            yield address, child
        finally:
            child.stop()
            self.children.forget(child)

    @staticmethod
    def _addons_path() -> str:
        known = [line for line in paths.ODOO_CONF.read_text().splitlines() if "addons_path" in line]
        return f"--addons-path={known[0].split('=')[1].strip()},{ADDONS}"


def logs() -> Path:
    return paths.LOCAL / "log" / "bench"
