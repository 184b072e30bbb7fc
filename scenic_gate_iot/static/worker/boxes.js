/* The boxes of the gates on the LAN: asked before somebody is let in, told of every passage.

Sealed as in hand_wire.py. The page carries what is said: a worker of an https page may not speak
to a box by http, the page itself may. */
"use strict";

self.scenicBoxes = {
    PATH: "/scenic_gate/hand",
    FIRST_MS: 200, // how long the box of the ticket may take, and the next one
    NEXT_MS: 100,
    BEAT_MS: 3000,
    BEAT_LIMIT_MS: 1500,
    HEARD_MS: 8000, // a box that was silent for so long is not asked
    FACTS: 20, // in one message
    FACTS_MS: 3 * 86400000, // older passages are told to nobody
    ROUNDS: 50,
    device: 0,
    key: null,
    boxes: new Map(), // number: {url, run, n, epoch, known, heard}
    desk: null,
    timer: null,
    beating: null,
    carried: new Map(),
    letters: 0,

    async configure(desk, config) {
        this.desk = desk;
        const told = config?.boxes;
        const how = { name: "HMAC", hash: "SHA-256" };
        this.device = told?.device || 0;
        this.key = told
            ? await crypto.subtle.importKey("raw", self.scenicBytes(told.key), how, false, ["sign"])
            : null;
        const old = this.boxes;
        this.boxes = new Map();
        for (const { box, url } of told?.boxes || []) {
            const known = old.get(box);
            const fresh = { url, run: "", n: 0, epoch: "", known: 0, heard: 0 };
            this.boxes.set(box, known?.url === url ? known : fresh);
        }
        this.report();
        this.beat();
    },

    report() {
        const heard = [...this.boxes.values()].filter((box) => this.isHeard(box));
        this.desk.set({ boxes: this.boxes.size, reached: heard.length });
    },

    isHeard(box) {
        return Date.now() - box.heard < this.HEARD_MS;
    },

    // ------------------------------------------------------------------ talk

    async mac(what, text) {
        const bytes = new TextEncoder().encode(`scenic-hand-v1\n${what}\n${text}`);
        return self.scenicHex(await crypto.subtle.sign("HMAC", this.key, bytes));
    },

    /* Hand a letter to the page; null when nothing came back. */
    carry(url, body, limit) {
        const letter = ++this.letters;
        return new Promise((done) => {
            const timer = setTimeout(() => this.arrived(letter, null), limit + 50);
            this.carried.set(letter, { done, timer });
            self.postMessage({ type: "carry", letter, url, body, limit });
        });
    },

    arrived(letter, text) {
        const waiting = this.carried.get(letter);
        if (waiting) {
            this.carried.delete(letter);
            clearTimeout(waiting.timer);
            waiting.done(text);
        }
    },

    /* Say something to one box; null without an answer that it sealed. */
    async say(box, parts, limit) {
        for (let turn = 0; turn < 2; turn++) {
            const message = { v: 1, d: this.device, r: box.run, n: ++box.n, ...parts };
            const text = JSON.stringify(message);
            const mac = await this.mac("ask", text);
            const reply = await this.carry(box.url + this.PATH, `${text}\n${mac}`, limit);
            const told = reply && (await this.opened(reply, mac));
            if (!told) {
                return null;
            }
            box.heard = Date.now();
            box.run = told.r;
            box.n = Math.max(box.n, told.n);
            if (!told.again) {
                box.known = told.k;
                return told;
            }
        }
        return null;
    },

    async opened(reply, mac) {
        const at = reply.lastIndexOf("\n");
        const text = reply.slice(0, at);
        const good = (await this.mac("reply", `${mac}\n${text}`)) === reply.slice(at + 1);
        return good ? JSON.parse(text) : null;
    },

    // ----------------------------------------------------------------- facts

    /* What a box does not know of this journal: uses, uses given back, and who went out. */
    async news(box, journal) {
        if (box.epoch !== journal.epoch) {
            Object.assign(box, { epoch: journal.epoch, known: 0 });
        }
        if (box.known >= journal.seq) {
            return {};
        }
        const since = Date.now() - this.FACTS_MS;
        const rows = [];
        let upto = journal.seq;
        for (const fact of await self.scenicStore.facts(box.known, 1000)) {
            if (rows.length === this.FACTS) {
                break;
            }
            upto = fact.seq;
            const { seq, kind, t, lane, zone, uid, pax, op } = fact;
            const uses = ["reserved", "released"].includes(kind);
            const left = ["passed", "closed"].includes(kind) && !zone && !op;
            if (uid && (uses || left) && t > since) {
                rows.push([seq, kind, t, lane, zone, uid, pax, op]);
            }
        }
        return { f: { e: journal.epoch, a: box.known, u: upto, f: rows } };
    },

    async tell(box) {
        for (let round = 0; round < this.ROUNDS; round++) {
            const journal = await self.scenicStore.get("journal");
            const before = box.known;
            const news = journal && (await this.news(box, journal));
            const parts = { e: journal?.epoch, ...news };
            if (!journal || !(await this.say(box, parts, this.BEAT_LIMIT_MS))) {
                return;
            }
            if (box.known >= journal.seq || (round && box.known <= before)) {
                return;
            }
        }
    },

    /* Now and then, and after each passage. */
    beat() {
        clearTimeout(this.timer);
        this.beating = this.beating || this.beatOnce().finally(() => (this.beating = null));
        return this.beating;
    },

    async beatOnce() {
        if (!this.boxes.size) {
            return;
        }
        await Promise.all([...this.boxes.values()].map((box) => this.tell(box)));
        this.report();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.beat(), this.BEAT_MS);
    },

    // ---------------------------------------------------------------- claims

    /* Ask before a scan is decided; gives an answer when the boxes refuse, else null.

    What they said is in ``ask.claim``. The question is on disk first: its number is used. */
    async claim(ask) {
        const { scenicStore: store, scenicPython: python } = self;
        const heard = [...this.boxes.values()].some((box) => this.isHeard(box));
        if (!this.boxes.size || (this.desk.state.online && !heard)) {
            return null; // the server decides
        }
        const keys = await python.call("wanted", ask.text);
        const plan = await this.plan(ask, keys);
        if (!plan.question) {
            return null;
        }
        await store.put({ asking: { ...ask, uid: keys.uid } });
        const told = await this.ask(plan);
        ask.claim = { n: told ? told.a.n : null, owner: Boolean(told?.o) };
        return told && !told.a.n ? this.refuse(ask, plan, told.a) : null;
    },

    async plan(ask, keys) {
        const { scenicStore: store, scenicPython: python } = self;
        for (;;) {
            const tx = store.db.transaction(store.NAMES);
            const found = await store.find(tx, keys);
            const place = await store.got(tx.objectStore("kv").get("journal"));
            const told = python.now("question", ask, found, place);
            if (!told.verify) {
                return { ...told.value, note: found.row?.n || "" };
            }
            await python.learn(told.verify);
        }
    },

    async ask({ order, question }) {
        const others = [...this.boxes.keys()].filter((number) => !order.includes(number));
        const heard = [...order, ...others].filter((n) => this.isHeard(this.boxes.get(n)));
        const journal = await self.scenicStore.get("journal");
        let limit = this.FIRST_MS;
        for (const number of heard.slice(0, 2)) {
            const box = this.boxes.get(number);
            const parts = { e: journal.epoch, q: question, ...(await this.news(box, journal)) };
            const told = await this.say(box, parts, limit);
            if (told?.a?.op === question.op && told.a.r !== "NOT_MINE") {
                return told;
            }
            limit = this.NEXT_MS;
        }
        return null;
    },

    async refuse(ask, plan, told) {
        const { scenicStore: store, scenicPython: python } = self;
        const given = { ...ask, ticket: plan.question.k };
        const answer = await store.write(async (tx) => {
            const place = await store.got(tx.objectStore("kv").get("journal"));
            const { value } = python.now("refuse", given, told, place);
            store.keep(tx, place, value.fact);
            store.putIn(tx, { asking: null });
            return value.answer;
        });
        return { ...answer, note: plan.note, online: this.desk.state.online };
    },
};
