/* The attendant's page of one lane. No library: the box serves it on a network without internet. */
import { call, el, fill, FLASH_MS, page, t } from "./page_base.js";
import { signInForm } from "./page_sign.js";
import { hear, switchSound } from "./page_sound.js";
import { big, render } from "./page_view.js";

function showSignIn() {
    page.me = null;
    page.state = null;
    page.run++;
    const form = signInForm(page.lane || t("title"), "", start);
    fill(form);
    form.elements.who.focus();
}

function chooseLane() {
    page.lane = "";
    page.run++;
    fill(
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
    page.seen = page.tested = null;
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
                page.ahead = answer.now - Date.now() / 1000; // of the box's clock
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
        hear(newest);
        clearTimeout(page.flashTimer);
        page.flashTimer = setTimeout(() => page.state && render(), FLASH_MS + 50);
    }
    page.seen = no;
    const test = state.test ? state.test.no : 0;
    if (page.tested !== null && test !== page.tested && state.test) {
        hear(state.test);
    }
    page.tested = test;
}

function nextSound() {
    switchSound();
    render();
    hear({ tone: "good", text: t("r_done") });
}

async function signOut() {
    try {
        await call("sign_out");
    } catch {
        // the box is away; this page forgets all the same
    }
    showSignIn();
}

// what other parts of the page ask for
Object.assign(page, { choose: chooseLane, signIn: showSignIn, signOut, switchSound: nextSound });

function wanted() {
    try {
        return decodeURIComponent(location.hash.slice(1));
    } catch {
        return ""; // an address that was cut
    }
}

async function greet() {
    try {
        const { answer } = await call("hello");
        page.hello = answer;
        document.documentElement.lang = answer.lang;
        page.lane = wanted();
        await start();
    } catch {
        fill(big("red", "!", t("no_box")));
        setTimeout(greet, 2000);
    }
}

greet();
