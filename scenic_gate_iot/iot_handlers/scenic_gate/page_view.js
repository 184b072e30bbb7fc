/* How the state of a lane is shown. */
import { askAdmit, askOpen, send } from "./page_acts.js";
import { clock, el, fill, MARKS, page, t } from "./page_base.js";
import { askHold, holdButtons, holdSignal } from "./page_hold.js";

function signal(state) {
    if (page.down) {
        return big("red", "!", t("no_box"));
    }
    if (state.state === "emergency") {
        const more = [state.emergency.free + " " + t("counted")];
        if (state.emergency.panel !== "quiet") {
            more.push(t("panel_" + state.emergency.panel));
        }
        return big("red", "!", t("s_emergency"), more.join(" · "));
    }
    if (state.holding && state.usable) {
        return holdSignal(state, clock); // nothing covers that everybody can walk in
    }
    if (page.flash && page.flash.until > Date.now()) {
        const line = page.flash.line;
        const more = [line.product, line.persons ? "× " + line.persons : "", line.ticket];
        return big(line.colour, MARKS[line.colour], line.text, more.filter(Boolean).join("  "));
    }
    if (!state.usable || state.state === "stopped") {
        return big("amber", "!", t(state.state === "stopped" ? "s_stopped" : "s_fault"));
    }
    return big("", "", t("s_" + state.state));
}

export function big(colour, mark, words, more = "") {
    return el(
        "div",
        { className: "signal " + colour, id: "signal" },
        el("div", { className: "mark" }, mark),
        el("div", { className: "words" }, words),
        more ? el("div", { className: "more" }, more) : null
    );
}

function lineOf(line) {
    const more = [line.product, line.ticket].filter(Boolean).join("  ");
    return el(
        "li",
        {},
        el("span", { className: "dot " + line.colour }, MARKS[line.colour]),
        el("span", { className: "grow" }, line.text, el("div", { className: "soft" }, more)),
        line.persons ? el("span", {}, "× " + line.persons) : null,
        el("span", { className: "soft" }, clock(line.t))
    );
}

function heldOf(item) {
    return el(
        "li",
        {},
        el(
            "span",
            { className: "grow" },
            item.text,
            el("div", { className: "soft" }, clock(item.t) + "  " + item.ticket)
        ),
        el("button", { className: "go", on: { click: () => askAdmit(item) } }, t("do_admit"))
    );
}

function reopenOf(item) {
    const act = () => send({ act: "reopen", op: item.op, persons: item.persons });
    return el(
        "li",
        {},
        el(
            "span",
            { className: "grow" },
            clock(item.t) + "  × " + item.persons,
            el("div", { className: "soft" }, item.ticket)
        ),
        el("button", { className: "main", on: { click: act } }, t("do_reopen"))
    );
}

function block(title, items, empty) {
    if (!items.length && !empty) {
        return null;
    }
    const list = items.length ? items : [el("li", {}, empty)];
    return el("section", {}, el("h2", {}, title), el("ul", {}, ...list));
}

function devices(state) {
    return block(
        t("devices"),
        state.devices.map((item) =>
            el(
                "li",
                {},
                el(
                    "span",
                    { className: "dot " + (item.ok ? "green" : "red") },
                    item.ok ? MARKS.green : MARKS.red
                ),
                el(
                    "span",
                    { className: "grow" },
                    item.name,
                    el("div", { className: "soft" }, item.ok ? "" : item.detail)
                )
            )
        )
    );
}

function buttons(state) {
    const idle = state.state === "idle" && state.usable && !page.down;
    return el(
        "div",
        { className: "stack" },
        state.state === "emergency"
            ? el(
                  "button",
                  { className: "alarm", on: { click: () => send({ act: "reset" }) } },
                  t("do_reset")
              )
            : null,
        el(
            "button",
            { className: "main", id: "let_in", disabled: !idle, on: { click: askOpen } },
            t("let_in")
        ),
        state.may && state.may.hold && state.state !== "held"
            ? el("button", { id: "hold", disabled: !idle, on: { click: askHold } }, t("hold"))
            : null
    );
}

export function render() {
    const state = page.state;
    document.documentElement.lang = state.lang;
    document.title = state.lane.code;
    fill(
        el(
            "header",
            {},
            el("h1", {}, state.lane.code + "  " + state.lane.name),
            el(
                "span",
                { className: "pill" + (state.online ? "" : " bad") },
                t(state.online ? "online" : "offline") +
                    (state.unsent && !state.online ? ", " + state.unsent + " " + t("unsent") : "")
            ),
            state.drill ? el("span", { className: "pill bad", id: "drill" }, t("drill")) : null,
            el("span", { className: "pill" }, page.me ? page.me.name : ""),
            el(
                "button",
                { id: "sound", on: { click: page.switchSound } },
                t("sound") + ": " + t("sound_" + page.sound)
            ),
            page.hello.lanes.length > 1
                ? el("button", { on: { click: page.choose } }, t("choose"))
                : null,
            el("button", { on: { click: page.signOut } }, t("sign_out"))
        ),
        signal(state),
        // on a phone, the way to end it comes before all that can wait
        state.state === "held"
            ? el("div", { className: "stack held" }, ...holdButtons(state))
            : null,
        el(
            "div",
            { className: "grid" },
            block(t("last"), state.lines.map(lineOf), t("none")),
            el(
                "div",
                { className: "stack" },
                buttons(state),
                block(t("held"), state.held.map(heldOf)),
                block(t("reopen"), state.reopens.map(reopenOf)),
                devices(state)
            )
        )
    );
}
