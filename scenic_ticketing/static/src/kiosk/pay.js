import { ask } from "@scenic_ticketing/kiosk/ask";
import { render } from "@scenic_ticketing/kiosk/draw";
import { printTickets } from "@scenic_ticketing/kiosk/paper";
import { takeScans } from "@scenic_ticketing/kiosk/scanner";
import { keep, kept, state } from "@scenic_ticketing/kiosk/state";
import { place, restart, toNumber } from "@scenic_ticketing/kiosk/steps";

// Paying at the page. The server settles every payment, also when nobody asks any more; so this
// only follows, and never says that nothing was paid before the server says so.

const SOON_MS = 300;
const AGAIN_MS = 3000;
// answers that do not come, until the visitor is sent to a window with the number
const PATIENCE = 20;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export async function payHere() {
    if (await place()) {
        toScan();
    }
}

/** Wait for the visitor's code. */
export function toScan(problem = "") {
    Object.assign(state, { step: "scan", payment: "", problem });
    takeScans(pay);
    render();
}

async function pay(code) {
    // a second scan of the same phone finds nobody who takes it
    takeScans(null);
    Object.assign(state, { step: "paying", payment: "", problem: "" });
    render();
    let answer = {};
    try {
        answer = await ask("pay", { basket: state.basket, code });
    } catch {
        // it may have arrived: the next question tells
    }
    if (answer.code) {
        toScan(answer.error || state.texts.busy);
        return;
    }
    await follow(code);
}

/** Ask how the payment stands until it is settled. */
async function follow(code = "") {
    let unanswered = 0;
    while (unanswered < PATIENCE) {
        let answer;
        try {
            answer = await ask("step", { basket: state.basket, code, cancel: state.cancel });
        } catch {
            answer = { code: "E_LOST" };
        }
        if (answer.code) {
            unanswered++;
            // a moment's trouble is nobody's concern
            state.problem = unanswered > 2 ? unknown() : "";
        } else if (answer.state !== "paying") {
            await settled(answer);
            return;
        } else {
            unanswered = 0;
            Object.assign(state, { payment: answer.payment, problem: "" });
        }
        render();
        await wait(answer.code ? AGAIN_MS : Math.max(SOON_MS, answer.wait * 1000));
    }
    state.problem = unknown();
    toNumber();
}

function unknown() {
    return state.texts.unknown.replace("%s", state.placed?.number || "");
}

async function settled(answer) {
    state.cancel = false;
    if (answer.state === "paid") {
        await showTickets(answer);
    } else if (answer.state === "waiting") {
        toScan(answer.payment ? state.texts.not_paid : "");
    } else {
        restart();
    }
}

/** The visitor does not want to wait: what was taken is given back. */
export function giveUp() {
    state.cancel = true;
    state.payment = "reversing";
    render();
}

async function showTickets(answer) {
    if (!answer.slips) {
        // shown too long ago, or paid at a window
        restart();
        return;
    }
    Object.assign(state, { sold: answer, step: "tickets", problem: "" });
    await print();
}

/** Print what has not come out yet. */
export async function print() {
    state.printing = "printing";
    render();
    try {
        await printTickets(state.sold, kept()?.printed || 0, (printed) => keep({ printed }));
        state.printing = "printed";
    } catch {
        state.printing = "failed";
    }
    if (state.step === "tickets") {
        render();
    }
}

/** Go on where this page was before it was loaded again; tells whether the server answered. */
export async function takeUp({ basket }) {
    let answer;
    try {
        answer = await ask("resume", { basket });
    } catch {
        return false;
    }
    state.basket = basket;
    state.placed = answer.number ? answer : null;
    if (answer.state === "paying") {
        state.step = "paying";
        render();
        await follow();
    } else if (answer.state === "waiting" && answer.pays) {
        toScan();
    } else if (answer.state === "waiting") {
        toNumber();
    } else if (answer.slips) {
        await showTickets(answer);
    } else {
        restart();
    }
    return true;
}
