/* The attendant's page of one lane. No library: the box serves it on a network without internet. */
(() => {
    "use strict";

    const BASE = "/scenic_gate/lane/";
    const FLASH_MS = 6000; // how long a scan fills the screen
    const MARKS = { green: "✓", red: "✕", amber: "!" };
    const TONES = { green: [880], red: [220, 220], amber: [520, 420] };
    const app = document.getElementById("app");
    const dialog = document.getElementById("dialog");
    const toast = document.getElementById("toast");

    const page = { hello: null, me: null, state: null, lane: "", seen: null, run: 0, down: false };
    page.sound = localStorage.getItem("scenic_sound") !== "off";
    let audio = null;

    // ---------------------------------------------------------------- helpers

    function el(tag, props = {}, ...children) {
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

    function t(key) {
        const words = (page.state && page.state.words) || (page.hello && page.hello.words) || {};
        return words[key] || key;
    }

    function clock(seconds) {
        const lang = (page.state && page.state.lang) || "en";
        return new Date(seconds * 1000).toLocaleTimeString(lang, { hour12: false });
    }

    function say(text) {
        toast.textContent = text;
        clearTimeout(say.timer);
        say.timer = setTimeout(() => (toast.textContent = ""), 6000);
    }

    function uid() {
        const bytes = crypto.getRandomValues(new Uint8Array(16));
        return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    async function call(name, data = {}) {
        const headers = { "Content-Type": "application/json", "X-Scenic-Lane": "1" };
        if (page.me) {
            headers["X-Scenic-Token"] = page.me.token;
        }
        const reply = await fetch(BASE + "api/" + name, {
            method: "POST",
            headers,
            body: JSON.stringify(data),
            credentials: "same-origin",
            cache: "no-store",
        });
        let answer = {};
        try {
            answer = await reply.json();
        } catch {
            // a refusal without words
        }
        return { status: reply.status, answer };
    }

    function beep(colour) {
        if (!page.sound || !audio) {
            return;
        }
        TONES[colour].forEach((pitch, index) => {
            const tone = audio.createOscillator();
            const gain = audio.createGain();
            const start = audio.currentTime + index * 0.22;
            tone.frequency.value = pitch;
            gain.gain.setValueAtTime(0.25, start);
            gain.gain.exponentialRampToValueAtTime(0.001, start + 0.2);
            tone.connect(gain).connect(audio.destination);
            tone.start(start);
            tone.stop(start + 0.2);
        });
        if (navigator.vibrate) {
            navigator.vibrate(colour === "green" ? 60 : [120, 80, 120]);
        }
    }

    // ---------------------------------------------------------------- sign in

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

    function signInForm(title, who, done, onCancel) {
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

    function showSignIn() {
        page.me = null;
        page.state = null;
        page.run++;
        const form = signInForm(page.lane || t("title"), "", start);
        app.replaceChildren(form);
        form.elements.who.focus();
    }

    // ------------------------------------------------------------------- lane

    function chooseLane() {
        page.lane = "";
        page.run++;
        app.replaceChildren(
            el("header", {}, el("h1", {}, t("choose"))),
            el(
                "div",
                { className: "stack" },
                ...page.hello.lanes.map((lane) =>
                    el(
                        "button",
                        { className: "main", on: { click: () => openLane(lane.code) } },
                        lane.code + "  " + lane.name
                    )
                )
            )
        );
    }

    function openLane(code) {
        page.lane = code;
        page.seen = null;
        location.hash = encodeURIComponent(code);
        start();
    }

    async function start() {
        if (!page.me) {
            const { status, answer } = await call("me");
            if (status !== 200) {
                return showSignIn();
            }
            page.me = answer;
        }
        const known = page.hello.lanes.map((lane) => lane.code);
        if (!known.includes(page.lane)) {
            if (known.length !== 1) {
                return chooseLane();
            }
            page.lane = known[0];
        }
        watch(++page.run);
    }

    async function watch(run) {
        let known = "";
        while (run === page.run) {
            try {
                const { status, answer } = await call("state", { lane: page.lane, known });
                if (run !== page.run) {
                    return;
                }
                if (status === 401 || status === 403) {
                    return showSignIn();
                }
                if (status === 404) {
                    return greet();
                }
                page.down = status !== 200;
                if (status === 200) {
                    known = answer.rev;
                    page.state = answer;
                    notice(answer);
                }
            } catch {
                page.down = true;
            }
            if (page.down) {
                await new Promise((resolve) => setTimeout(resolve, 1500));
            }
            if (run === page.run && page.state) {
                render();
            }
        }
    }

    function notice(state) {
        const newest = state.lines[0];
        const no = newest ? newest.no : 0;
        if (page.seen !== null && newest && no !== page.seen) {
            page.flash = { line: newest, until: Date.now() + FLASH_MS };
            beep(newest.colour);
            clearTimeout(page.flashTimer);
            page.flashTimer = setTimeout(() => page.state && render(), FLASH_MS + 50);
        }
        page.seen = no;
    }

    function signal(state) {
        if (page.down) {
            return big("red", "!", t("no_box"));
        }
        if (state.state === "emergency") {
            const more = state.emergency.free + " " + t("counted");
            return big("red", "!", t("s_emergency"), more);
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

    function big(colour, mark, words, more = "") {
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
            el(
                "span",
                { className: "grow" },
                line.text,
                el("div", { className: "soft" }, more)
            ),
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
            el(
                "button",
                { className: "go", on: { click: () => askAdmit(item) } },
                t("do_admit")
            )
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
            state.state === "held"
                ? el(
                      "button",
                      { className: "main", on: { click: () => send({ act: "release" }) } },
                      t("do_release")
                  )
                : null,
            el(
                "button",
                { className: "main", id: "let_in", disabled: !idle, on: { click: askOpen } },
                t("let_in")
            )
        );
    }

    function render() {
        const state = page.state;
        document.documentElement.lang = state.lang;
        document.title = state.lane.code;
        app.replaceChildren(
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
                el("span", { className: "pill" }, page.me ? page.me.name : ""),
                el(
                    "button",
                    { on: { click: switchSound }, "aria-pressed": String(page.sound) },
                    t("sound") + (page.sound ? " ✓" : " ✕")
                ),
                page.hello.lanes.length > 1
                    ? el("button", { on: { click: chooseLane } }, t("choose"))
                    : null,
                el("button", { on: { click: signOut } }, t("sign_out"))
            ),
            signal(state),
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

    // ---------------------------------------------------------------- actions

    function open(...children) {
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

    function ask(title, fields, button, act) {
        const form = el(
            "form",
            {
                on: {
                    submit: (event) => {
                        event.preventDefault();
                        const data = Object.fromEntries(new FormData(form));
                        dialog.close();
                        send({ ...act, ...data, persons: Number(data.persons) });
                    },
                },
            },
            el("h1", {}, title),
            ...fields,
            el(
                "div",
                { className: "row" },
                el("button", { type: "button", on: { click: () => dialog.close() } }, t("cancel")),
                el("button", { type: "submit", className: "go" }, button)
            )
        );
        open(form);
    }

    function askOpen() {
        const choice = el(
            "select",
            { name: "reason", required: true },
            el("option", { value: "" }, "…"),
            ...page.state.manual.map((item) => el("option", { value: item.code }, item.text))
        );
        const note = el("input", { name: "note", maxLength: 120, autocomplete: "off" });
        ask(
            t("let_in"),
            [
                el("label", {}, t("reason"), choice),
                personsField(1),
                el("label", {}, t("note"), note),
            ],
            t("do_open"),
            { act: "open" }
        );
    }

    function askAdmit(item) {
        ask(
            t("held"),
            [el("p", {}, item.text + "  " + item.ticket), personsField(item.persons)],
            t("do_admit"),
            { act: "admit", key: item.key }
        );
    }

    async function send(wish) {
        const order = { lane: page.lane, uid: uid(), ...wish };
        try {
            const { status, answer } = await call("act", order);
            if (status === 403 && answer.error === "pin") {
                return askPin(() => send({ ...wish }));
            }
            if (status === 401 || status === 403) {
                return showSignIn();
            }
            const result = answer.result || answer.error || "unknown";
            const text = (page.state && page.state.words["r_" + result]) || null;
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
        open(signInForm(t("again"), who, done, () => dialog.close()));
    }

    function switchSound() {
        page.sound = !page.sound;
        localStorage.setItem("scenic_sound", page.sound ? "on" : "off");
        render();
        beep("green");
    }

    async function signOut() {
        try {
            await call("sign_out");
        } catch {
            // the box is away; this page forgets all the same
        }
        showSignIn();
    }

    // ------------------------------------------------------------------ begin

    document.addEventListener("click", () => {
        // browsers allow sound only after the first touch
        audio = audio || new AudioContext();
    });

    async function greet() {
        try {
            const { answer } = await call("hello");
            page.hello = answer;
            document.documentElement.lang = answer.lang;
            page.lane = decodeURIComponent(location.hash.slice(1));
            await start();
        } catch {
            app.replaceChildren(big("red", "!", t("no_box")));
            setTimeout(greet, 2000);
        }
    }

    greet();
})();
