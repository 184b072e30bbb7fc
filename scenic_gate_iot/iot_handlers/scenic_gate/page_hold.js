/* A lane that is held open: how that is begun, shown, prolonged and ended. */
import { choice, ask, send } from "./page_acts.js";
import { el, page, t } from "./page_base.js";
import { hear } from "./page_sound.js";

const REMIND_MS = 60000; // a held lane that is forgotten lets in whoever comes
const SOON_S = 300;
let reminded = 0;

function now() {
    return Date.now() / 1000 + page.ahead;
}

function span(seconds) {
    const left = Math.max(0, Math.round(seconds));
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    return (hours ? hours + ":" + two(minutes) : String(minutes)) + ":" + two(left % 60);
}

function isSoon(holding) {
    return holding.until !== null && holding.until - now() <= SOON_S;
}

/** The big signal of a lane that is held open. */
export function holdSignal({ holding, lane }, time) {
    const who = [holding.by, holding.reason].filter(Boolean).join(": ");
    return el(
        "div",
        { className: "signal holding" + (isSoon(holding) ? " soon" : ""), id: "signal" },
        el("div", { className: "mark" }, "⇈"),
        el("div", { className: "words" }, t("s_held")),
        el("div", { className: "count", id: "held_count" }, String(holding.persons)),
        el("div", { className: "more" }, t(lane.outward ? "counted" : "held_persons")),
        el("div", { className: "more" }, t("held_since") + " " + time(holding.since)),
        who ? el("div", { className: "more" }, who) : null,
        el(
            "div",
            { className: "more", id: "held_left" },
            holding.until === null
                ? t("held_ordered")
                : t("held_left") + " " + span(holding.until - now())
        )
    );
}

export function holdButtons(state) {
    const prolong = () => send({ act: "prolong" });
    const may = state.may && state.may.hold && state.holding && state.holding.until !== null;
    return [
        el(
            "button",
            {
                className: "alarm",
                id: "release",
                on: { click: () => send({ act: "release" }) },
            },
            t("do_release")
        ),
        may ? el("button", { id: "prolong", on: { click: prolong } }, t("do_prolong")) : null,
    ];
}

export function askHold() {
    const minutes = Math.round(page.state.hold_limit_s / 60);
    ask(
        t("hold_title"),
        [
            page.state.lane.outward ? null : el("p", { className: "warn" }, t("hold_warn")),
            el("p", {}, t("hold_for") + " " + minutes + " " + t("minutes")),
            el("label", {}, t("reason"), choice()),
            el(
                "label",
                {},
                t("note"),
                el("input", { name: "note", maxLength: 120, autocomplete: "off" })
            ),
        ],
        t("do_hold"),
        { act: "hold" },
        "alarm"
    );
}

/** Once a second: count down, and remind everybody around that the lane is held open. */
function tick() {
    const holding = page.state && !page.down && page.state.holding;
    if (!holding) {
        reminded = 0;
        return;
    }
    const left = document.getElementById("held_left");
    if (left && holding.until !== null) {
        left.textContent = t("held_left") + " " + span(holding.until - now());
        left.parentElement.classList.toggle("soon", isSoon(holding));
    }
    reminded = reminded || Date.now();
    if (Date.now() - reminded >= (isSoon(holding) ? REMIND_MS / 3 : REMIND_MS)) {
        reminded = Date.now();
        hear({ tone: "staff", text: t(isSoon(holding) ? "held_soon" : "held_remind") });
    }
}

setInterval(tick, 1000);
