import { button, el, render, setVeil } from "@scenic_ticketing/kiosk/draw";
import { state } from "@scenic_ticketing/kiosk/state";
import { restart } from "@scenic_ticketing/kiosk/steps";

// nobody there any more

const WARNING_MS = 15_000;
const DONE_MS = 90_000;
// steps that end by themselves: nothing is lost when they do
const LAST = ["done", "tickets"];
// steps that nobody may break off: the machine is at work
const BUSY = ["welcome", "paying"];

let lastTouch = performance.now();
let leaving = false;

export function touched() {
    lastTouch = performance.now();
    if (leaving) {
        leaving = false;
        render();
    }
}

function look() {
    if (BUSY.includes(state.step)) {
        lastTouch = performance.now();
        return;
    }
    const idle = performance.now() - lastTouch;
    const last = LAST.includes(state.step);
    const limit = last ? DONE_MS : (state.info?.idle || 60) * 1000;
    if (idle > limit + (last ? 0 : WARNING_MS)) {
        leaving = false;
        restart();
    } else if (idle > limit && !last && !leaving) {
        leaving = true;
        render();
    }
}

function veil() {
    if (state.busy) {
        return el("div", { class: "veil" }, state.texts.busy || "…");
    }
    if (!leaving) {
        return null;
    }
    return el(
        "div",
        { class: "veil", role: "alertdialog" },
        state.texts.still_there,
        button(state.texts.yes, () => touched(), { class: "go" })
    );
}

export function watch() {
    setVeil(veil);
    setInterval(look, 1000);
    for (const event of ["pointerdown", "keydown"]) {
        document.addEventListener(event, touched, { capture: true });
    }
}
