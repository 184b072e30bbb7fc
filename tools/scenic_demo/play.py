"""The demo itself: first with a network, then without."""

from scenic_park import ports, waiting
from scenic_park.observer import Observer
from scenic_park.story import Story

from . import acts
from .acts import Sold
from .stage import Stage, devices


def play(stage: Stage, story: Story) -> None:
    open_park(stage, story)
    left = online(stage, story)
    left = offline(stage, story, left)
    without_server(stage, story, left)


def open_park(stage: Stage, story: Story) -> None:
    story.chapter("A park opens")
    with story.step("Server on a fresh copy of the sample park") as step:
        stage.scene.start_server()
        stage.accountant = stage.scene.user("accountant")
        step.seen("database", stage.scene.address.database)
        step.seen("server", stage.scene.address.url)
        step.seen("company", stage.books.one("SELECT name FROM res_company WHERE id = 1"))
        step.check("tickets so far", stage.books.one("SELECT count(*) FROM scenic_ticket"), 0)
    with story.step("Stock IoT box with our handlers, readers and Modbus barriers") as step:
        lanes = devices(stage.scene.folder / "lines")
        stage.scene.start_hardware(lanes)
        stage.scene.start_box(ports.free(), f"http://127.0.0.1:{stage.relay.port}")
        stage.observers["S1"] = Observer(lanes[0].observer)
        box = stage.books.rows("SELECT identifier, version, state FROM scenic_box")[0]
        step.seen("box", f"{box['identifier']}, {box['version']}, {box['state']}")
        for lane in lanes:
            step.seen(f"lane {lane.code}", f"reader {lane.reader}, barrier {lane.barrier}")
        step.check("coil of S1, by minimalmodbus", stage.observers["S1"].is_open(), False)


def online(stage: Stage, story: Story) -> list[Sold]:
    """The whole way once; returns the tickets that nobody used."""
    story.chapter("With a network")
    with story.step("Window staff open the POS in Chromium") as step:
        stage.open_window()
        stage.window.open_register()
        step.seen("page", stage.window.page.url)
    with story.step("Sale of four tickets, slips printed, QR codes read") as step:
        basket = {"Adult ticket": 2, "Gate + cable car": 1, "Child ticket": 1}
        adult, adult2, combo, child = acts.sell(stage, step, basket, "WeChat Pay", "¥ 480.00")
    with story.step("An adult passes the South Gate: serial reader, Modbus RTU barrier") as step:
        acts.enter(stage, step, "S1", adult)
    with story.step("The passage arrives on the server") as step:
        acts.redeemed(stage, step, adult, ["PARK"])
    with story.step("The same code at the next lane: refused, nothing opens") as step:
        acts.refused(stage, step, "S2", adult, "E_USED")
    with story.step("A combined ticket: gate and cable car, each once (TCP devices)") as step:
        acts.enter(stage, step, "S2", combo)
        acts.enter(stage, step, "C1", combo)
        acts.redeemed(stage, step, combo, ["PARK", "CABLE"])
        stage.album.lanes(stage)
    with story.step("The window closes: money, stock, liability") as step:
        acts.close_window(stage, step)
    with story.step("The same codes at the same lanes, a little later: refused") as step:
        acts.refused(stage, step, "S1", adult, "E_USED")
        acts.refused(stage, step, "C1", combo, "E_USED")
    with story.step("Used tickets become revenue") as step:
        acts.recognise(stage, step)
    with story.step("Proof: what is owed to visitors") as step:
        acts.prove(stage, step, [adult2, child])
    return [adult2, child]


def offline(stage: Stage, story: Story, left: list[Sold]) -> list[Sold]:
    """Gates without a network; returns the tickets that are not used up."""
    story.chapter("Without a network")
    known, child = left
    with story.step("A new shift sells on; the box hears of one more ticket") as step:
        stage.open_window()
        stage.window.open_register()
        (heard,) = acts.sell(stage, step, {"Adult ticket": 1}, "Alipay", "¥ 120.00")
        waiting.until(lambda: acts.aboard(stage, heard), "the box has the ticket aboard")
        step.seen("aboard the box", heard.name)
    with story.step("The cable between box and server is pulled (connections refused)") as step:
        acts.cut(stage, step)
    with story.step("The window sells tickets that the box has never heard of") as step:
        basket = {"Adult ticket": 2, "Gate + cable car": 1}
        new, new2, combo = acts.sell(stage, step, basket, "Alipay", "¥ 420.00")
        for ticket in (new, new2, combo):
            step.check(f"{ticket.name} aboard", acts.aboard(stage, ticket), False)
    with story.step("The gate goes on: known and unknown tickets, each once") as step:
        acts.enter(stage, step, "S1", known)
        acts.enter(stage, step, "S2", heard)
        acts.enter(stage, step, "S1", new)
        acts.refused(stage, step, "S2", new, "E_USED")
        acts.refused(stage, step, "S2", known, "E_USED")
    with story.step("The network comes back, but says nothing (connections hang)") as step:
        acts.freeze(stage, step)
        acts.enter(stage, step, "S1", new2)
        acts.enter(stage, step, "C1", combo)
        acts.refused(stage, step, "S2", new2, "E_USED")
    at_gate = [(ticket, ["PARK"]) for ticket in (known, heard, new, new2)]
    report(stage, story, [*at_gate, (combo, ["CABLE"])], [child, combo])
    return [child, combo]


def without_server(stage: Stage, story: Story, left: list[Sold]) -> None:
    """Window and gate go on when nothing else is left."""
    story.chapter("Without a server")
    with story.step("A shift begins: the window gets its certificate") as step:
        stage.open_window()
        stage.window.open_register()
        acts.certified(stage, step)
    with story.step("The server is killed") as step:
        acts.kill_server(stage, step)
    with story.step("The window signs, prints and sells by itself") as step:
        basket = {"Adult ticket": 2}
        codes = acts.sell_codes(stage, step, basket, "Cash", "¥ 240.00")
        first, second = (acts.from_paper(code) for code in codes)
    with story.step("A gate that never heard of window or ticket: each once") as step:
        acts.enter(stage, step, "S1", first)
        acts.refused(stage, step, "S2", first, "E_USED")
    with story.step("The page is loaded again, still without a server") as step:
        acts.reload(stage, step)
    with story.step("The server is back: sale and passage arrive by themselves, once") as step:
        stage.scene.start_server()
        first, second = (acts.stored(stage, sold.code) for sold in (first, second))
        acts.redeemed(stage, step, first, ["PARK"])
        acts.all_reported(stage, step)
        step.check("tickets of the two slips", stage.books.tickets_after(left[-1].id), 2)
    with story.step("The window closes, used tickets become revenue") as step:
        acts.close_window(stage, step)
        acts.recognise(stage, step)
    with story.step("Proof: what is owed to visitors, also of what was sold without it") as step:
        acts.prove(stage, step, [*left, second])


def report(stage: Stage, story: Story, used: list[tuple[Sold, list[str]]], left: list[Sold]):
    """The network comes back: what happened meanwhile arrives in ledger and books, once."""
    with story.step("Meanwhile the server knows nothing of it") as step:
        for ticket, _zones in used:
            step.check(f"uses of {ticket.name}", len(stage.books.uses(ticket.id)), 0)
    with story.step("The network is back: everything is reported, nothing twice") as step:
        stage.relay.join()
        for ticket, zones in used:
            acts.redeemed(stage, step, ticket, zones)
        acts.all_reported(stage, step)
    with story.step("The window closes, used tickets become revenue") as step:
        acts.close_window(stage, step)
        acts.recognise(stage, step)
    with story.step("Proof: what is owed to visitors, after all this") as step:
        acts.prove(stage, step, left)
