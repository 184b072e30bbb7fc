/**
 * The self-service page: a visitor chooses day, tickets and time, and gets a number to pay at a
 * window. It keeps nothing: prices, places and rules are the server's, asked at every step.
 */

const RETRY_MS = 15_000;
const WARNING_MS = 15_000;
const DONE_MS = 90_000;
const FEW = 100; // more places left than this are nobody's concern

const root = document.getElementById("kiosk");
const { token, lang: firstLanguage } = document.body.dataset;

const state = {
    step: "welcome",
    lang: firstLanguage,
    info: null,
    texts: {},
    day: null,
    offer: [],
    chosen: new Map(), // "day product slot" -> {product, slot, day, quantity}
    openTimes: null,
    review: null,
    placed: null,
    basket: null,
    problem: "",
    busy: false,
};

// --- server ---

async function ask(call, params = {}) {
    const reply = await fetch(`/scenic/kiosk/${token}/${call}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
            jsonrpc: "2.0",
            method: "call",
            params: { lang: state.lang, ...params },
        }),
        signal: AbortSignal.timeout(RETRY_MS),
    });
    const answer = await reply.json();
    if (!reply.ok || answer.error) {
        throw new Error(answer.error?.message || reply.statusText);
    }
    return answer.result;
}

/** Ask, and tell the visitor when it did not work; returns null then. */
async function tryAsk(call, params) {
    state.busy = true;
    render();
    try {
        const answer = await ask(call, params);
        state.problem = "code" in answer ? answer.error || state.texts.busy : "";
        return "code" in answer ? null : answer;
    } catch {
        state.problem = state.texts.no_server || "…";
        return null;
    } finally {
        state.busy = false;
        render();
    }
}

async function begin(lang) {
    state.lang = lang;
    const info = await tryAsk("start");
    if (!info) {
        // the page may be older than the server's restart
        setTimeout(() => state.step === "welcome" && !state.info && begin(lang), RETRY_MS);
        return;
    }
    Object.assign(state, { info, texts: info.texts });
    document.documentElement.lang = lang.replace("_", "-");
    document.title = info.title;
    render();
}

async function showDay(day) {
    state.day = day;
    state.openTimes = null;
    const answer = await tryAsk("offer", { day });
    state.offer = answer?.offer || [];
    state.step = "choose";
    render();
}

function wants() {
    return [...state.chosen.values()].map((line) => ({
        product_id: line.product,
        slot_id: line.slot,
        visit_date: line.day,
        quantity: line.quantity,
    }));
}

async function toReview() {
    const answer = await tryAsk("review", { wants: wants() });
    if (answer) {
        Object.assign(state, { review: answer, step: "review" });
        // one basket is one order, however often it is sent
        state.basket = randomName();
        render();
    }
}

async function place() {
    const answer = await tryAsk("order", { wants: wants(), basket: state.basket });
    if (answer) {
        Object.assign(state, { placed: answer, step: "done" });
        render();
    }
}

function randomName() {
    const bytes = crypto.getRandomValues(new Uint8Array(20));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function restart() {
    Object.assign(state, {
        step: "welcome",
        offer: [],
        chosen: new Map(),
        review: null,
        placed: null,
        problem: "",
        openTimes: null,
        lang: firstLanguage,
    });
    begin(firstLanguage);
}

// --- choosing ---

function keyOf(product, slot) {
    return `${state.day} ${product} ${slot || ""}`;
}

function quantityOf(product, slot) {
    return state.chosen.get(keyOf(product, slot))?.quantity || 0;
}

function change(item, slot, step) {
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

// --- drawing: only text nodes, so nothing that a product is called can be markup ---

function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on")) {
            node.addEventListener(name.slice(2), value);
        } else if (value !== false && value !== null && value !== undefined) {
            node.setAttribute(name, value === true ? "" : value);
        }
    }
    node.append(...children.flat().filter((child) => child !== null && child !== false));
    return node;
}

function button(label, onclick, attributes = {}) {
    return el("button", { type: "button", onclick, ...attributes }, label);
}

function note(text) {
    return text ? el("p", { class: "note" }, text) : null;
}

function problem() {
    return state.problem ? el("p", { class: "problem", role: "alert" }, state.problem) : null;
}

function languages() {
    return (state.info?.languages || []).map(({ code, name }) =>
        button(name.split(" / ").pop(), () => begin(code), {
            "aria-pressed": String(code === state.lang),
            "data-lang": code,
            lang: code.replace("_", "-"),
        })
    );
}

function welcome() {
    const { texts, info } = state;
    return el(
        "div",
        { class: "welcome" },
        el("h1", {}, info?.title || "…"),
        problem(),
        info && button(texts.start, () => showDay(info.days[0].day), { class: "go start" }),
        el("div", { class: "row", role: "group", "aria-label": texts.language }, languages())
    );
}

function days() {
    const names = [state.texts.today, state.texts.tomorrow];
    return el(
        "div",
        { class: "row days" },
        state.info.days.map(({ day, label }, index) =>
            button(names[index] || label, () => showDay(day), {
                "aria-pressed": String(day === state.day),
                "data-day": day,
            })
        )
    );
}

function stepper(item, slot) {
    const quantity = quantityOf(item.product_id, slot);
    const { texts } = state;
    return el(
        "div",
        { class: "stepper", role: "group", "aria-label": item.name },
        button("−", () => change(item, slot, -1), {
            class: "less",
            "aria-label": `${texts.less}: ${item.name}`,
            disabled: !quantity,
        }),
        el("output", {}, String(quantity)),
        button("+", () => change(item, slot, 1), {
            class: "more",
            "aria-label": `${texts.more}: ${item.name}`,
        })
    );
}

function times(item) {
    const { texts } = state;
    return el(
        "div",
        { class: "row times" },
        item.slots.map((slot) =>
            button(
                [
                    `${slot.start}–${slot.end}`,
                    el(
                        "small",
                        {},
                        slot.left ? texts.left.replace("%s", slot.left) : texts.sold_out
                    ),
                ],
                () => {
                    state.openTimes = { product: item.product_id, slot: slot.slot_id };
                    change(item, slot.slot_id, quantityOf(item.product_id, slot.slot_id) ? 0 : 1);
                },
                {
                    disabled: !slot.left,
                    "aria-pressed": String(
                        Boolean(quantityOf(item.product_id, slot.slot_id)) ||
                            state.openTimes?.slot === slot.slot_id
                    ),
                }
            )
        )
    );
}

function card(item) {
    const { texts } = state;
    const open = state.openTimes?.product === item.product_id ? state.openTimes.slot : null;
    const sellable = !item.problem && item.left !== 0;
    const chosen = wants().some((want) => want.product_id === item.product_id);
    return el(
        "section",
        { class: `card${chosen ? " chosen" : ""}`, "data-product": item.product_id },
        el(
            "div",
            { class: "head" },
            el(
                "div",
                {},
                el("h2", {}, item.name),
                note(item.description),
                note(item.persons > 1 && texts.persons.replace("%s", item.persons)),
                note(item.id_needed && texts.id_needed),
                note(item.proof && texts.proof),
                note(item.left && item.left <= FEW && texts.left.replace("%s", item.left)),
                item.problem && el("p", { class: "problem" }, item.problem),
                item.left === 0 && el("p", { class: "problem" }, texts.sold_out)
            ),
            el(
                "div",
                { class: "stepper" },
                el("span", { class: "price" }, item.price),
                sellable && (!item.timed || open) && stepper(item, open)
            )
        ),
        sellable && item.timed && note(texts.choose_time),
        sellable && item.timed && times(item)
    );
}

function choose() {
    const { texts } = state;
    return el(
        "div",
        {},
        el("div", { class: "row ends" }, el("h1", {}, texts.choose)),
        days(),
        problem(),
        state.offer.length ? state.offer.map(card) : note(texts.nothing),
        el(
            "div",
            { class: "bar" },
            button(texts.again, restart),
            button(texts.go_on, toReview, { class: "go", disabled: !state.chosen.size })
        )
    );
}

function review() {
    const { texts } = state;
    return el(
        "div",
        {},
        el("h1", {}, texts.review),
        problem(),
        el(
            "table",
            {},
            state.review.lines.map((line) =>
                el(
                    "tr",
                    {},
                    el("td", {}, `${line.quantity} × ${line.name}`, note(line.when)),
                    el("td", {}, line.amount)
                )
            ),
            el(
                "tr",
                {},
                el("td", {}, texts.total),
                el("td", { class: "price" }, state.review.total)
            )
        ),
        note(state.review.lines.some((line) => line.id_needed) && texts.id_needed),
        note(state.review.lines.some((line) => line.proof) && texts.proof),
        el(
            "div",
            { class: "bar" },
            button(texts.back, () => {
                state.step = "choose";
                state.problem = "";
                render();
            }),
            button(texts.order, place, { class: "go order" })
        )
    );
}

function done() {
    const { texts, placed } = state;
    return el(
        "div",
        { class: "center" },
        el("h1", {}, texts.your_number),
        el("p", { class: "number" }, placed.number),
        el("h2", {}, `${texts.total} ${placed.total}`),
        el("p", {}, texts.pay_at),
        note(texts.until.replace("%s", placed.until)),
        el("img", { src: placed.qr, alt: texts.scan }),
        note(texts.scan),
        el("div", { class: "bar" }, el("span"), button(texts.done, restart, { class: "go" }))
    );
}

function veil() {
    if (state.busy) {
        return el("div", { class: "veil" }, state.texts.busy || "…");
    }
    if (!state.leaving) {
        return null;
    }
    return el(
        "div",
        { class: "veil", role: "alertdialog" },
        state.texts.still_there,
        button(state.texts.yes, () => touched(), { class: "go" })
    );
}

const STEPS = { welcome, choose, review, done };

function render() {
    const focused = document.activeElement?.getAttribute("aria-label");
    const shade = veil();
    root.replaceChildren(STEPS[state.step](), ...(shade ? [shade] : []));
    root.dataset.step = state.step;
    if (focused) {
        root.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    }
}

// --- nobody there any more ---

let lastTouch = performance.now();

function touched() {
    lastTouch = performance.now();
    if (state.leaving) {
        state.leaving = false;
        render();
    }
}

setInterval(() => {
    if (state.step === "welcome") {
        return;
    }
    const idle = performance.now() - lastTouch;
    const limit = state.step === "done" ? DONE_MS : (state.info?.idle || 60) * 1000;
    if (idle > limit + (state.step === "done" ? 0 : WARNING_MS)) {
        state.leaving = false;
        restart();
    } else if (idle > limit && state.step !== "done" && !state.leaving) {
        state.leaving = true;
        render();
    }
}, 1000);

for (const event of ["pointerdown", "keydown"]) {
    document.addEventListener(event, touched, { capture: true });
}
document.addEventListener("contextmenu", (event) => event.preventDefault());

begin(firstLanguage);
