"""The decision package in a browser: it answers as server and boxes do, to the letter."""

import functools
import hashlib
import http.server
import json
import secrets
import sys
import threading
from pathlib import Path

import engines
import gate_kit as kit
import pytest
from decision_vectors import EXPOSED, EXPOSURE_LIMIT, LANES, cases_for
from iot_handlers.scenic_gate.facts import fact_hash, genesis
from iot_handlers.scenic_gate.handheld import Handheld
from iot_handlers.scenic_rules.alias import make_alias, parse_alias
from patience import LIMIT_S
from test_gate_same_decisions import DYNAMIC_KEY, SERIAL, Gate

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "scenic_gate_iot"
VECTORS = json.loads((ROOT / "tests/rules/data/ticket_code_vectors.json").read_text())
sys.path.insert(0, str(ADDON / "tools"))
from browser_python import bundle  # noqa: E402

WORKER = """
importScripts("/static/worker/hash.js", "/static/lib/brython/brython.min.js",
              "/static/lib/brython/brython_modules.js", "/static/worker/python.js");
const {scenicPython: python} = self;
let mono = 0;
self.scenicMono = () => mono;
const at = (t, contact, trusted, lane) => {
    self.scenicWall = () => t;
    self.__BRYTHON__.runPythonSource(
        `import bridge\\nb = bridge._BRAIN\\nb.start(0.0, ${contact})\\n`
        + `b.trusted = ${trusted ? "True" : "False"}\\nb.lane = "${lane}"`, "scenic_at");
};
async function play(given) {
    const told = await python.call("setup", given.config);
    if (told.error) { return told; }
    const place = {epoch: given.epoch, seq: 0, head: ""};
    const own = [], answers = [], facts = [], done = {};
    let out_t = null;
    for (const [number, step] of given.steps.entries()) {
        at(step.t, step.contact, step.trusted, step.lane);
        if (step.do === "give_back") {
            done[step.of][1] -= step.persons;
            answers.push(null);
            continue;
        }
        const ask = {text: step.text, persons: step.wanted, staff: step.staff, op: step.op};
        const found = {row: given.row, own: own.filter((use) => use[1] > 0), out_t,
                       exposed: step.exposed};
        const {answer, fact} = await python.call("scan", ask, found, place);
        if (fact) {
            facts.push(fact);
            place.seq = fact.seq;
            place.head = fact.hash;
            if (fact.kind === "reserved") {
                own.push(done[number] = [fact.zone, fact.pax, fact.t, fact.lane]);
                own.sort((a, b) => a[2] - b[2]);
            } else if (fact.kind === "passed") {
                out_t = fact.t;
            }
        }
        answers.push(answer);
    }
    return {answers, facts};
}
async function codes(given) {
    await python.call("setup", given.config);
    const found = {};
    for (const {name, code} of given.codes) {
        at(given.now, given.now, true, "P1");
        const ask = {text: code, persons: 0, staff: true, op: "0".repeat(32)};
        const place = {epoch: given.epoch, seq: 0, head: ""};
        found[name] = (await python.call("scan", ask, {row: null, own: []}, place)).answer.reason;
    }
    return found;
}
async function asks({config, ask, found, place, told, now}) {
    await python.call("setup", config);
    at(now, now, true, config.lanes[0].code);
    const asked = await python.call("question", ask, found, place);
    const refused = await python.call("refuse", {...ask, ticket: asked.question.k}, told, place);
    return {asked, refused};
}
const jobs = {play, codes, asks, hash: async ({name, hex}) => self.scenicHash(name, hex),
              wanted: async ({texts}) => Promise.all(texts.map(
                  async (text) => (await python.call("wanted", text)).alias || null)),
              offset: async ({zone, t}) => self.scenicOffset(zone, t)};
onmessage = async ({data: {job, given}}) => {
    try {
        if (!python.ready) {
            python.start(await (await fetch("/python.json")).json());
        }
        postMessage({value: await jobs[job](given)});
    } catch (error) { postMessage({error: String(error.stack || error)}); }
};
"""


class Files(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        made = {
            "/": ("text/html", b"<!doctype html><title>x</title>"),
            "/worker.js": ("text/javascript", WORKER.encode()),
            "/python.json": ("application/json", bundle()[0]),
        }.get(self.path)
        if not made:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", made[0])
        self.end_headers()
        self.wfile.write(made[1])
        return None

    def log_message(self, *_args):
        """Nobody reads the log of a test."""


@pytest.fixture(scope="module")
def browser():
    """A page whose worker runs the bundle; calls are ``browser(job, given)``."""
    handler = functools.partial(Files, directory=str(ADDON))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with engines.opened() as program:
        page = program.new_page()
        page.set_default_timeout(LIMIT_S * 1000)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.evaluate("() => { window.brain = new Worker('/worker.js'); }")

        def ask(job, given):
            answer = page.evaluate(
                """(ask) => new Promise((done) => {
                    brain.onmessage = ({data}) => done(data);
                    brain.onerror = ({message}) => done({error: message});
                    brain.postMessage(ask);
                })""",
                {"job": job, "given": given},
            )
            assert "error" not in answer, answer.get("error")
            return answer["value"]

        yield ask
    server.shutdown()


class Page(Gate):
    """A gate only in so far as it knows which text a step shows."""

    def __init__(self, case):
        self.case = case

    def list(self):
        """The ticket is given with each question."""


def script(case):
    """Return a case as the worker plays it."""
    page = Page(case)
    lanes = [kit.lane_config(lane, **fields) for lane, fields in LANES.items()]
    rules = [case.rule] if case.rule else []
    more = {"dynamic_key": DYNAMIC_KEY.hex(), "exposure": EXPOSURE_LIMIT}
    config = kit.config(lanes=lanes, rules=rules, **more)
    config["site"] = config["site"] | {"tz": case.tz}
    row = case.row(kit.uid(SERIAL), kit.alias(SERIAL)) if case.ticket["listed"] else None
    steps = [
        {
            "t": step.t,
            "do": step.do,
            "exposed": EXPOSED[step.exposure],
            "contact": step.t - (3600 if step.cut_off else 1),
            "trusted": step.clock_trusted,
            "lane": "OUT" if step.do == "leave" else step.lane,
            "text": page.text(step),
            "wanted": step.wanted,
            "staff": step.staff,
            "op": secrets.token_hex(16),
            "of": step.of,
            "persons": step.persons,
        }
        for step in case.steps
    ]
    return {"config": config, "row": row, "steps": steps, "epoch": "ab" * 8}


def test_a_browser_answers_every_history_as_written(browser):
    wrong = []
    for case in cases_for("box"):
        played = browser("play", script(case))
        assert "error" not in played, (case.name, played)
        for number, step in enumerate(case.steps):
            answer = played["answers"][number]
            if step.do == "scan":
                found = {name: answer[name] for name in ("reason", "colour", "admit", "rest")}
                if found != step.expect:
                    wrong.append((case.name, number, found, step.expect))
        head = genesis("ab" * 8)
        for fact in played["facts"]:
            assert fact["prev"] == head
            head = fact["hash"]
            assert head == fact_hash(fact["prev"], fact), case.name
    assert wrong == []


def test_a_browser_asks_the_boxes_as_a_box_would(browser):
    """The question, the order of the boxes, and the fact of a no: the same as in Python."""
    boxes = [{"box": n, "entrances": 1 << n % 3} for n in range(1, 8)]
    config = kit.config(lanes=[kit.lane_config("H91", entrance=0)]) | {"boxes": {"boxes": boxes}}
    row = kit.ticket_row(5, pax=3, entrances=0b101)
    use = ["ab" * 16, kit.ZONE, 1, int((kit.NOW + 500) * 1000), "H91"]
    given = {
        "config": config,
        "now": kit.NOW + 600,
        "ask": {"text": kit.code(5, pax=3, entrances=0b101), "persons": 1, "staff": True,
                "op": "cd" * 16},
        "found": {"row": row, "own": [use[1:]], "uses": [use], "out_t": None, "exposed": 0},
        "place": {"epoch": "ef" * 8, "seq": 7, "head": "12" * 32},
        "told": {"op": "cd" * 16, "r": "E_USED", "n": 0, "t": kit.NOW + 550, "l": "L2"},
    }  # fmt: skip
    brain = Handheld(lambda: kit.NOW + 600, lambda: 0.0)
    brain.setup(config)
    brain.contact, brain.trusted = kit.NOW + 600, True
    asked = brain.question(given["ask"], given["found"], given["place"])
    ask = given["ask"] | {"ticket": asked["question"]["k"]}
    expected = {"asked": asked, "refused": brain.refuse(ask, given["told"], given["place"])}
    assert sorted(asked["order"]) == [2, 3, 5, 6]
    assert expected["refused"]["answer"]["reason"] == "E_USED_PEER"
    assert browser("asks", given) == json.loads(json.dumps(expected))


def test_a_browser_reads_every_code_as_written(browser):
    rules = [{"product": 301, "risk": 0, "staff_pax": 255, "class_no": 0, "entrances": 65535,
              "rights": {"PARK": 0}, "version": 1}]  # fmt: skip
    config = kit.config(lanes=[kit.lane_config("P1", **LANES["P1"])], rules=rules)
    config |= {
        "site": config["site"] | {"code": VECTORS["site"]},
        "roots": [VECTORS["root"]],
        "certificates": VECTORS["certs"],
    }
    given = {"config": config, "epoch": "ab" * 8, "now": VECTORS["now"]}
    bad = {vector["name"]: vector["err"] for vector in VECTORS["bad"]}
    found = browser("codes", given | {"codes": VECTORS["bad"]})
    assert found == bad
    # the signature is good: what follows is the judgement of the date, not of the code
    refused = set(bad.values()) - {"E_EXPIRED", "E_EARLY"}
    read = browser("codes", given | {"codes": VECTORS["good"]})
    assert set(read) == {vector["name"] for vector in VECTORS["good"]}
    assert not refused & set(read.values())


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])
def test_the_hashes_are_those_of_the_standard(browser, size):
    data = bytes(number % 251 for number in range(size))
    for name in ("sha1", "sha256"):
        found = browser("hash", {"name": name, "hex": data.hex()})
        assert found == hashlib.new(name, data).hexdigest()


@pytest.mark.parametrize(
    ("zone", "t", "offset"),
    [
        ("Asia/Shanghai", 1790000000, 28800),
        ("Europe/Paris", 1790000000, 7200),
        ("Europe/Paris", 1768000000, 3600),
        ("Asia/Kathmandu", 1790000000, 20700),
        ("America/St_Johns", 1768000000, -12600),
        ("UTC", 1790000000, 0),
    ],
)
def test_the_browser_knows_the_time_zones(browser, zone, t, offset):
    assert browser("offset", {"zone": zone, "t": t}) == offset


def test_a_browser_reads_a_number_as_it_was_typed(browser):
    alias = make_alias("12345678901234")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in alias)
    given = {"texts": [alias, alias.lower(), f" {alias[1:8]}-{alias[8:]} ", wide, "nothing"]}
    found = browser("wanted", given)
    assert found == [parse_alias(text) for text in given["texts"]] == [*[alias] * 4, None]


def test_the_interpreter_is_the_pinned_one():
    folder = ADDON / "static/lib/brython"
    pins = json.loads((folder / "PINS.json").read_text())["sha256"]
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in pins}
    assert found == pins
    assert {path.name for path in folder.iterdir()} == {*pins, "PINS.json"}
