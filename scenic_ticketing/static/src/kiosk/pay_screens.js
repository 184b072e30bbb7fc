import { button, el, note, problem, screens } from "@scenic_ticketing/kiosk/draw";
import { giveUp, print } from "@scenic_ticketing/kiosk/pay";
import { state } from "@scenic_ticketing/kiosk/state";
import { restart, toNumber } from "@scenic_ticketing/kiosk/steps";

function scan() {
    const { texts, placed } = state;
    return el(
        "div",
        { class: "center" },
        el("h1", {}, texts.hold_code),
        problem(),
        el("p", { class: "phone-picture", "aria-hidden": "true" }),
        el("h2", {}, texts.to_scanner),
        el("p", { class: "price" }, `${texts.total} ${placed.total}`),
        el(
            "div",
            { class: "bar" },
            button(texts.again, restart),
            button(texts.pay_window, toNumber, { class: "order" })
        )
    );
}

function paying() {
    const { texts, placed } = state;
    const back = state.payment === "reversing";
    return el(
        "div",
        { class: "center" },
        el("h1", {}, back ? texts.reversing : texts.paying),
        el("p", { class: "turning", "aria-hidden": "true" }),
        placed && el("p", { class: "price" }, `${texts.total} ${placed.total}`),
        problem(),
        !back && el("h2", {}, texts.confirm_phone),
        note(texts.keep_code),
        el(
            "div",
            { class: "bar" },
            el("span"),
            button(texts.give_up, giveUp, { class: "give-up", disabled: back })
        )
    );
}

function tickets() {
    const { texts, sold } = state;
    const said = {
        printing: texts.printing,
        printed: texts.printed,
        failed: texts.not_printed.replace("%s", sold.reference),
    };
    return el(
        "div",
        { class: "center" },
        el("h1", {}, texts.paid),
        el(
            "p",
            {
                class: state.printing === "failed" ? "problem said" : "said",
                "data-printing": state.printing,
                role: state.printing === "failed" ? "alert" : false,
            },
            said[state.printing]
        ),
        el("div", { class: "tickets" }, sold.slips.map(ticket)),
        note(sold.reference),
        el(
            "div",
            { class: "bar" },
            state.printing === "failed"
                ? button(texts.print_again, print, { class: "print-again" })
                : el("span"),
            button(texts.done, restart, { class: "go", disabled: state.printing === "printing" })
        )
    );
}

function ticket(slip) {
    return el(
        "section",
        { class: "slip" },
        el("h2", {}, slip.product),
        note(`${slip.validity} · ${slip.pax}`),
        el("img", { src: slip.qr, alt: slip.alias }),
        el("p", { class: "alias" }, slip.alias)
    );
}

Object.assign(screens, { scan, paying, tickets });
