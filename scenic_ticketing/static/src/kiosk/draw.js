import { state } from "@scenic_ticketing/kiosk/state";

// drawing knows only text nodes, so nothing that a product is called can be markup

const root = document.getElementById("kiosk");

/** What draws each step; filled by the files of the screens. */
export const screens = {};

export function el(tag, attributes = {}, ...children) {
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

export function button(label, onclick, attributes = {}) {
    return el("button", { type: "button", onclick, ...attributes }, label);
}

export function note(text) {
    return text ? el("p", { class: "note" }, text) : null;
}

export function problem() {
    return state.problem ? el("p", { class: "problem", role: "alert" }, state.problem) : null;
}

/** The veil over a screen that waits, or that nobody seems to look at. */
let veil = () => null;

export function setVeil(draw) {
    veil = draw;
}

export function render() {
    const focused = document.activeElement?.getAttribute("aria-label");
    const shade = veil();
    root.replaceChildren(screens[state.step](), ...(shade ? [shade] : []));
    root.dataset.step = state.step;
    if (focused) {
        root.querySelector(`[aria-label="${CSS.escape(focused)}"]`)?.focus();
    }
}
