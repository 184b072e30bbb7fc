import { ask, tryAsk } from "@scenic_ticketing/kiosk/ask";
import { render } from "@scenic_ticketing/kiosk/draw";
import { takeScans } from "@scenic_ticketing/kiosk/scanner";
import {
    clear,
    firstLanguage,
    keep,
    keyOf,
    quantityOf,
    state,
    wants,
} from "@scenic_ticketing/kiosk/state";

// what leads from one screen to the next

/** Fetch what the page says in a language; tells whether it came. */
export async function begin(lang) {
    state.lang = lang;
    const info = await tryAsk("start");
    if (!info) {
        return false;
    }
    Object.assign(state, { info, texts: info.texts });
    document.documentElement.lang = lang.replace("_", "-");
    document.title = info.title;
    render();
    return true;
}

export async function showDay(day) {
    state.day = day;
    state.openTimes = null;
    const answer = await tryAsk("offer", { day });
    state.offer = answer?.offer || [];
    state.step = "choose";
    render();
}

export async function toReview() {
    const answer = await tryAsk("review", { wants: wants() });
    if (answer) {
        Object.assign(state, { review: answer, step: "review" });
        state.basket = randomName();
        render();
    }
}

/** Place the order; one basket is one order, however often it is sent. Tells whether it is there. */
export async function place() {
    keep({ basket: state.basket, lang: state.lang, printed: 0 });
    const answer = await tryAsk("order", { wants: wants(), basket: state.basket });
    if (answer) {
        state.placed = answer;
    }
    return Boolean(answer);
}

export async function placeForWindow() {
    if (await place()) {
        toNumber();
    }
}

/** Show the number with which the visitor pays at a window. */
export function toNumber() {
    // nothing is paid here any more: after a reload the page begins anew
    keep(null);
    takeScans(null);
    state.step = "done";
    render();
}

function randomName() {
    const bytes = crypto.getRandomValues(new Uint8Array(20));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function restart() {
    if (state.step === "scan") {
        // the places are free at once; without an answer they come back by themselves
        ask("cancel", { basket: state.basket }).catch(() => {});
    }
    keep(null);
    takeScans(null);
    clear();
    begin(firstLanguage);
}

export function change(item, slot, step) {
    const key = keyOf(item.product_id, slot);
    const room = slot ? item.slots.find((s) => s.slot_id === slot).left : item.left;
    const most = Math.min(item.most, room === null ? item.most : Math.floor(room / item.persons));
    const quantity = Math.max(0, Math.min(most, quantityOf(item.product_id, slot) + step));
    if (quantity) {
        const line = { product: item.product_id, slot: slot || false, day: state.day, quantity };
        state.chosen.set(key, line);
    } else {
        state.chosen.delete(key);
    }
    state.problem = "";
    render();
}
