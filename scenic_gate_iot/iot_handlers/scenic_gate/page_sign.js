/* Number and PIN of an attendant. */
import { call, el, page, t } from "./page_base.js";

function field(name, type, value = "") {
    return el(
        "label",
        {},
        t(name),
        el("input", {
            name,
            type,
            value,
            required: true,
            autocomplete: "off",
            inputMode: "numeric",
            maxLength: 64,
        })
    );
}

export function signInForm(title, who, done, onCancel) {
    const error = el("div", { className: "error", role: "alert" });
    const form = el(
        "form",
        {
            on: {
                submit: async (event) => {
                    event.preventDefault();
                    error.textContent = "";
                    const data = Object.fromEntries(new FormData(form));
                    try {
                        const { status, answer } = await call("sign_in", {
                            ...data,
                            lane: page.lane,
                        });
                        form.elements.pin.value = "";
                        if (status === 200) {
                            page.me = answer;
                            done();
                        } else {
                            error.textContent = t(answer.error || "wrong");
                            form.elements.pin.focus();
                        }
                    } catch {
                        error.textContent = t("no_box");
                    }
                },
            },
        },
        el("h1", {}, title),
        page.hello && !page.hello.ready ? el("p", {}, t("nobody")) : null,
        field("who", "text", who),
        field("pin", "password"),
        error,
        el("button", { type: "submit", className: "main" }, t("sign_in")),
        onCancel ? el("button", { type: "button", on: { click: onCancel } }, t("cancel")) : null
    );
    return form;
}
