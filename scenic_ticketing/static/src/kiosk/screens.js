import { button, el, note, problem, render, screens } from "@scenic_ticketing/kiosk/draw";
import { payHere } from "@scenic_ticketing/kiosk/pay";
import { quantityOf, state, wants } from "@scenic_ticketing/kiosk/state";
import {
    begin,
    change,
    placeForWindow,
    restart,
    showDay,
    toReview,
} from "@scenic_ticketing/kiosk/steps";

const FEW = 100; // more places left than this are nobody's concern

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
            ...payButtons()
        )
    );
}

function payButtons() {
    const { texts } = state;
    if (!state.review.pays) {
        return [button(texts.order, placeForWindow, { class: "go order" })];
    }
    return [
        button(texts.pay_window, placeForWindow, { class: "order" }),
        button(texts.pay_here, payHere, { class: "go pay" }),
    ];
}

function done() {
    const { texts, placed } = state;
    return el(
        "div",
        { class: "center" },
        el("h1", {}, texts.your_number),
        el("p", { class: "number" }, placed.number),
        el("h2", {}, `${texts.total} ${placed.total}`),
        problem(),
        el("p", {}, texts.pay_at),
        note(texts.until.replace("%s", placed.until)),
        el("img", { src: placed.qr, alt: texts.scan }),
        note(texts.scan),
        el("div", { class: "bar" }, el("span"), button(texts.done, restart, { class: "go" }))
    );
}

Object.assign(screens, { welcome, choose, review, done });
