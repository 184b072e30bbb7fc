import { expect, test } from "@odoo/hoot";
import { ScenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 4, 1, 12);

/** A computer whose clock is `wrong` ms off; `at` is the true time. */
function computer(wrong = 0) {
    const it = { at: NOON, wrong, booted: NOON, kept: {} };
    it.start = () => {
        it.booted = it.at;
        const clock = new ScenicClock({
            wall: () => it.at + it.wrong,
            steady: () => it.at - it.booted,
            storage: {
                getItem: (key) => it.kept[key] ?? null,
                setItem: (key, value) => (it.kept[key] = value),
            },
        });
        clock.load(1);
        return clock;
    };
    it.ask = (clock) => clock.measure(it.at, it.at - it.booted, it.at - it.booted);
    return it;
}

test("the time is the server's, on a computer that is a day ahead", () => {
    const it = computer(DAY);
    const clock = it.start();
    it.ask(clock);
    it.at += HOUR;
    expect(clock.now()).toBe(it.at);
    expect(clock.doubt).toBe(false);
});

test("a clock that is set between two contacts changes nothing, and is told", () => {
    for (const moved of [-DAY, DAY, -HOUR]) {
        const it = computer();
        const clock = it.start();
        it.ask(clock);
        it.wrong = moved;
        it.at += HOUR;
        expect(clock.now()).toBe(it.at);
        expect(clock.doubt).toBe(true);
        it.ask(clock);
        expect(clock.doubt).toBe(false);
    }
});

test("the cashier decides which of two times is right", () => {
    const it = computer();
    const clock = it.start();
    it.ask(clock);
    it.wrong = DAY;
    clock.believe(clock.proposal);
    expect(clock.now()).toBe(it.at + DAY);
    expect(clock.doubt).toBe(false);
});

test("a start without the server goes on from the last correction", () => {
    const it = computer(DAY);
    it.ask(it.start());
    it.at += HOUR / 2;
    const clock = it.start();
    expect(clock.now()).toBe(it.at);
    expect(clock.doubt).toBe(false);
});

test("a start after a night, or with a clock that went back, is in doubt", () => {
    const it = computer();
    it.ask(it.start());
    it.at += 12 * HOUR;
    expect(it.start().doubt).toBe(true);
    // an empty battery: the clock begins in the past, the window's time does not
    it.wrong = -3000 * DAY;
    const clock = it.start();
    expect(clock.doubt).toBe(true);
    expect(clock.now()).toBeGreaterThan(NOON - 1);
});
