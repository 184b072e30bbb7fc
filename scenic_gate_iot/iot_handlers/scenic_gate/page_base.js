/* What all parts of the lane page share: its state, its words, calls to the box, elements. */
const BASE = "/scenic_gate/lane/";
export const FLASH_MS = 6000; // how long a scan fills the screen
const LIMIT_MS = 30000; // a line that went dead says nothing; the box answers within 20 s
export const MARKS = { green: "✓", red: "✕", amber: "!" };

export const page = {
    hello: null,
    me: null,
    state: null,
    lane: "",
    seen: null,
    tested: null,
    ahead: 0,
    run: 0,
    down: false,
};

const app = document.getElementById("app");
const toast = document.getElementById("toast");

export function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (name === "on") {
            for (const [event, handler] of Object.entries(value)) {
                node.addEventListener(event, handler);
            }
        } else if (name in node && name !== "list") {
            node[name] = value;
        } else {
            node.setAttribute(name, value);
        }
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
}

export function fill(...children) {
    app.replaceChildren(...children.filter((child) => child !== null));
}

export function words() {
    return (page.state && page.state.words) || (page.hello && page.hello.words) || {};
}

export function t(key) {
    return words()[key] || key;
}

export function clock(seconds) {
    const lang = (page.state && page.state.lang) || "en";
    const site = new Date((seconds + ((page.state && page.state.offset_s) || 0)) * 1000);
    return site.toLocaleTimeString(lang, { hourCycle: "h23", timeZone: "UTC" });
}

export function say(text) {
    toast.textContent = text;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => (toast.textContent = ""), 6000);
}

export function uid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export async function call(name, data = {}) {
    const headers = { "Content-Type": "application/json", "X-Scenic-Lane": "1" };
    if (page.me) {
        headers["X-Scenic-Token"] = page.me.token;
    }
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), LIMIT_MS);
    try {
        const reply = await fetch(BASE + "api/" + name, {
            method: "POST",
            headers,
            body: JSON.stringify(data),
            credentials: "same-origin",
            cache: "no-store",
            signal: limit.signal,
        });
        return { status: reply.status, answer: await answerOf(reply) };
    } finally {
        clearTimeout(timer);
    }
}

async function answerOf(reply) {
    const text = await reply.text();
    try {
        return JSON.parse(text);
    } catch {
        return {}; // a refusal without words
    }
}

/** The bytes of a sound, or null when the box does not have it. */
export async function soundBytes(name) {
    const reply = await fetch(BASE + "sound/" + encodeURIComponent(name));
    return reply.ok ? reply.arrayBuffer() : null;
}
