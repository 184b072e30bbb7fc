/* What an attendant does: dialogs and orders to the box. */
import { call, el, page, say, t, uid, words } from "./page_base.js";
import { signInForm } from "./page_sign.js";

const dialog = document.getElementById("dialog");

export function openDialog(...children) {
    dialog.replaceChildren(...children);
    if (!dialog.open) {
        dialog.showModal();
    }
}

function personsField(value) {
    return el(
        "label",
        {},
        t("persons"),
        el("input", { name: "persons", type: "number", min: 1, max: 255, value, required: true })
    );
}

export function ask(title, fields, button, act, kind = "go") {
    const form = el(
        "form",
        {
            on: {
                submit: (event) => {
                    event.preventDefault();
                    const data = Object.fromEntries(new FormData(form));
                    dialog.close();
                    send({ ...act, ...data, persons: Number(data.persons || 1) });
                },
            },
        },
        el("h1", {}, title),
        ...fields,
        el(
            "div",
            { className: "row" },
            el("button", { type: "button", on: { click: () => dialog.close() } }, t("cancel")),
            el("button", { type: "submit", className: kind }, button)
        )
    );
    openDialog(form);
}

export function choice() {
    return el(
        "select",
        { name: "reason", required: true },
        el("option", { value: "" }, "…"),
        ...page.state.manual.map((item) => el("option", { value: item.code }, item.text))
    );
}

export function askOpen() {
    const note = el("input", { name: "note", maxLength: 120, autocomplete: "off" });
    ask(
        t("let_in"),
        [el("label", {}, t("reason"), choice()), personsField(1), el("label", {}, t("note"), note)],
        t("do_open"),
        { act: "open" }
    );
}

export function askAdmit(item) {
    ask(
        t("held"),
        [el("p", {}, item.text + "  " + item.ticket), personsField(item.persons)],
        t("do_admit"),
        { act: "admit", key: item.key }
    );
}

export async function send(wish) {
    const order = { lane: page.lane, uid: uid(), ...wish };
    try {
        const { status, answer } = await call("act", order);
        if (status === 403 && answer.error === "pin") {
            return askPin(() => send({ ...wish }));
        }
        if (status === 401 || status === 403) {
            return page.signIn();
        }
        const result = answer.result || answer.error || "unknown";
        const text = words()["r_" + result] || null;
        say(text || reasonText(result));
    } catch {
        say(t("no_box"));
    }
}

function reasonText(code) {
    const line = page.state && page.state.lines.find((item) => item.reason === code);
    return line ? line.text : code === "OK" ? t("r_done") : code;
}

function askPin(then) {
    const who = page.me ? page.me.who : "";
    const done = () => {
        dialog.close();
        then();
    };
    openDialog(signInForm(t("again"), who, done, () => dialog.close()));
}
