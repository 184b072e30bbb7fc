/* The attendant's desk: one scan after the other, asked of the server or decided here. */
"use strict";

self.scenicDesk = {
    ASK_MS: 3000,
    KEEP_DAYS: 7, // without contact for so long, tickets are forgotten
    state: {
        ready: false, // Python runs
        setup: false, // the device or its place is still to be chosen
        online: false,
        since: null, // ms when the contact was lost
        waiting: 0, // facts that the server does not have yet
        tickets: 0,
        place: "",
        blocked: false,
        signedOut: false,
        clockSure: false,
        loaded: false,
        problem: "",
        boxes: 0, // of the gates, on the LAN
        reached: 0, // of these, lately
    },
    config: null,
    contact: 0,
    limitHours: 24,
    failures: 0,
    turn: 0, // grows when what is on its way means nothing any more
    exchanging: false,
    timer: null,
    busy: Promise.resolve(),

    set(values) {
        Object.assign(this.state, values);
        self.postMessage({ type: "state", state: { ...this.state } });
    },

    /* Jobs run one after the other: the journal has one pen. */
    alone(job) {
        const run = this.busy.then(job);
        this.busy = run.catch(() => {});
        return run;
    },

    // ------------------------------------------------------------------ start

    async start(info) {
        const { scenicStore: store, scenicPython: python } = self;
        this.info = info;
        if (!(await this.isOnlyTab())) {
            return this.set({ problem: "tab" });
        }
        await store.open();
        const source = await fetch(info.python);
        python.start(await source.json());
        this.contact = (await store.get("contact")) || 0;
        this.limitHours = (await store.get("limit_h")) ?? 24;
        await python.call("start", (await store.get("floor")) || 0, this.contact);
        this.config = await store.get("config");
        if (this.config) {
            await python.call("setup", this.config);
        }
        self.scenicServer.device = await store.get("device");
        await this.forgetOld();
        await this.endUnfinished();
        this.set({ ready: true, place: (await store.get("place")) || "" });
        await this.chooseUser();
        this.set({ tickets: await store.count("ticket") });
        await this.countWaiting();
        await self.scenicBoxes.configure(this, this.config);
        this.soon(0);
    },

    isOnlyTab() {
        // a page that is loaded again may be faster than the end of the one before
        const signal = AbortSignal.timeout(this.ASK_MS);
        return new Promise((done) => {
            const held = () => {
                done(true);
                return new Promise(() => {}); // as long as this page lives
            };
            navigator.locks.request("scenic_handheld", { signal }, held).catch(() => done(false));
        });
    },

    async forgetOld() {
        if (this.contact && self.scenicWall() - this.contact > this.KEEP_DAYS * 86400) {
            await self.scenicStore.wipe(false);
            this.config = null;
        }
    },

    /* What the last run left open: nobody saw a yes that is not in the journal. */
    async endUnfinished() {
        const { scenicStore: store, scenicPython: python } = self;
        await this.dropQuestion();
        const passage = await store.get("passage");
        if (passage) {
            await this.event("unknown", passage, { passage: null });
        }
        if (await store.get("journal")) {
            await this.event("boot", { pax: passage ? 1 : 0 });
        }
        await python.call("lost");
    },

    /* Its number gets a fact: the server takes back what it may have granted meanwhile. */
    async dropQuestion() {
        const asking = await self.scenicStore.get("asking");
        if (asking) {
            const uid = asking.uid || null;
            await this.event("refused", { uid, reason: "E_FAULT" }, { asking: null });
        }
    },

    /* A journal is one attendant's: the next one begins another when the first is sent. */
    async chooseUser() {
        const { scenicStore: store } = self;
        const user = await store.get("user");
        const other = user && user.id !== this.info.user.id;
        if (other) {
            await this.sendAll();
            if (await this.countWaiting()) {
                return this.set({ problem: "other_user" });
            }
            await store.wipe(true);
            this.config = null;
        }
        const known = Boolean(self.scenicServer.device && (await store.get("journal")));
        this.set({ setup: !known, problem: "" });
        if (!known && other && this.state.place) {
            await this.choose(this.info.user.name, this.state.place).catch(() => {});
        }
    },

    /* Register the device if it is new, and work at a place from now on. */
    async choose(name, place) {
        const { scenicStore: store, scenicServer: server } = self;
        await this.endPassage();
        this.turn++;
        const journal = (await store.get("journal")) || {
            epoch: server.random(8),
            seq: 0,
            head: "",
        };
        const begin = () => server.post("begin", { epoch: journal.epoch, place }, 10000);
        try {
            await (server.device ? begin() : Promise.reject(new self.ScenicRefusal(401)));
        } catch (error) {
            // a new device, one that was removed, or one of another site
            if (![401, 409].includes(error.status) || journal.seq) {
                throw error;
            }
            server.device = await server.enrol(name, place);
            await store.put({ device: server.device });
            await begin();
        }
        await store.wipe(false);
        await store.put({ journal, place, user: this.info.user, loaded_at: 0 });
        this.set({ setup: false, place, loaded: false });
        this.soon(0);
    },

    // ------------------------------------------------------------------ scans

    /* Decide on a text; what the answer says is on disk before it is shown. */
    async scan({ text, persons = 0, staff = false }) {
        const obstacle = this.obstacle();
        if (obstacle) {
            return { reason: obstacle, colour: "STAFF", admit: 0, local: true };
        }
        await this.endPassage();
        const ask = { text, persons, staff, op: self.scenicServer.random(16) };
        const answer =
            (await self.scenicBoxes.claim(ask)) ||
            (this.state.online && (await this.askServer(ask))) ||
            (await this.decide(ask));
        await this.countWaiting();
        this.soon(0);
        self.scenicBoxes.beat();
        return { ...this.inWords(answer), claim: ask.claim };
    },

    obstacle() {
        if (this.state.blocked || this.state.setup || this.state.problem) {
            return "E_FAULT";
        }
        const hours = (self.scenicWall() - this.contact) / 3600;
        const tooLong = !this.state.online && hours > this.limitHours;
        return !this.config || tooLong ? "E_FAULT" : "";
    },

    /* Null when the server does not answer. The question is on disk first: its number is used. */
    async askServer(ask) {
        const { scenicStore: store, scenicPython: python } = self;
        const keys = await python.call("wanted", ask.text);
        await store.put({ asking: { ...ask, uid: keys.uid } });
        const journal = await store.get("journal");
        const wish = { code: ask.text, wanted: ask.persons, staff: ask.staff };
        let answer;
        try {
            const number = { epoch: journal.epoch, seq: journal.seq + 1 };
            answer = await self.scenicServer.post("redeem", { ...wish, ...number }, this.ASK_MS);
        } catch (error) {
            await this.lost(error);
            return this.obstacle() ? this.stopped() : null;
        }
        await store.write(async (tx) => {
            const place = await store.got(tx.objectStore("kv").get("journal"));
            const told = python.now("told", ask, answer, place);
            store.keep(tx, place, told.value.fact);
            store.putIn(tx, { asking: null });
        });
        return { ...answer, online: true };
    },

    /* The server is there and does not trust us any more. */
    async stopped() {
        await this.dropQuestion();
        return { reason: "E_FAULT", colour: "STAFF", admit: 0, online: true };
    },

    async decide(ask) {
        const { scenicStore: store, scenicPython: python } = self;
        const keys = await python.call("wanted", ask.text);
        for (;;) {
            let row = null;
            const told = await store.write(async (tx) => {
                const found = await store.find(tx, keys);
                row = found.row;
                const place = await store.got(tx.objectStore("kv").get("journal"));
                const answer = python.now("scan", ask, found, place);
                if (answer.value) {
                    store.keep(tx, place, answer.value.fact);
                    store.putIn(tx, { asking: null, exposed: answer.value.exposed });
                }
                return answer;
            });
            if (told.value) {
                return { ...told.value.answer, note: row?.n || "", online: false };
            }
            await python.learn(told.verify);
        }
    },

    inWords(answer) {
        const lang = this.info.lang.replace("-", "_");
        const words = (table) => (table && (table[lang] || table.en_US)) || {};
        const card = answer.card || {};
        return {
            ...answer,
            ...card,
            text: words(this.config.texts)[answer.reason] || answer.reason,
            product: card.product || words(this.config.products)[answer.product] || "",
            note: card.note || answer.note || "",
        };
    },

    // ------------------------------------------------------------------ facts

    async event(kind, values, also = {}) {
        const { scenicStore: store, scenicPython: python } = self;
        await store.write(async (tx) => {
            const place = await store.got(tx.objectStore("kv").get("journal"));
            if (place) {
                const told = python.now("event", kind, values, place);
                store.keep(tx, place, told.value.fact);
            }
            store.putIn(tx, also);
        });
        await this.countWaiting();
    },

    /* Nobody saw the visitor turn back: the passage stays used. */
    async endPassage() {
        const passage = await self.scenicStore.get("passage");
        if (passage) {
            await this.event("closed", passage, { passage: null });
        }
    },

    /* The visitor did not go in after all. */
    async undo() {
        const passage = await self.scenicStore.get("passage");
        if (passage) {
            await this.event("released", passage, { passage: null });
            this.soon(0);
            self.scenicBoxes.beat();
        }
        return Boolean(passage);
    },

    /* Somebody goes in without a ticket that opens, for a reason that a manager will read. */
    async admit({ reason, note, persons, uid }) {
        if (this.state.blocked || this.state.setup || !this.config) {
            return false;
        }
        await this.endPassage();
        const code = (note || "").trim().slice(0, 120) || null;
        await this.event("opened", { reason, code, pax: persons, uid: uid || null });
        this.soon(0);
        return true;
    },

    // ---------------------------------------------------------------- contact

    async lost(error) {
        const status = error.status || 0;
        await self.scenicPython.call("lost");
        this.failures++;
        if (status === 409) {
            await self.scenicStore.wipe(false);
        }
        this.set({
            online: false,
            since: this.state.since || Date.now(),
            signedOut: status === 303,
            blocked: this.state.blocked || status === 409,
            problem: [401, 403].includes(status) ? "right" : this.state.problem,
        });
        this.soon();
    },

    soon(wait) {
        clearTimeout(this.timer);
        const { ONLINE_MS, BACKOFF_MS } = self.scenicSync;
        const slow = BACKOFF_MS[Math.min(this.failures, BACKOFF_MS.length) - 1];
        const next = this.failures ? slow : (wait ?? ONLINE_MS);
        this.timer = setTimeout(() => this.exchange(), next);
    },

    /* Beside the scans: a server that hangs must not keep anybody waiting. */
    async exchange() {
        if (this.state.setup || !self.scenicServer.device || this.exchanging) {
            return;
        }
        this.exchanging = true;
        try {
            const more = await self.scenicSync.once(this);
            this.failures = 0;
            this.set({
                online: !this.state.blocked,
                since: null,
                signedOut: false,
                problem: this.state.problem === "right" ? "" : this.state.problem,
                tickets: await self.scenicStore.count("ticket"),
            });
            await this.countWaiting();
            this.soon(more ? 0 : undefined);
        } catch (error) {
            await this.lost(error);
        } finally {
            this.exchanging = false;
        }
        if (this.state.problem === "other_user") {
            await this.alone(() => this.chooseUser());
        }
    },

    async sendAll() {
        try {
            while (await self.scenicSync.once(this)) {
                // until everything is there
            }
        } catch (error) {
            await this.lost(error);
        }
    },

    async countWaiting() {
        const journal = await self.scenicStore.get("journal");
        const waiting = journal ? journal.seq - ((await self.scenicStore.get("acked")) || 0) : 0;
        this.set({ waiting });
        return waiting;
    },

    /* Forget everything, once the server has every fact. */
    async leave() {
        if (await self.scenicStore.get("journal")) {
            await this.endPassage();
            await this.sendAll();
            if (await this.countWaiting()) {
                return false;
            }
        }
        clearTimeout(this.timer);
        await self.scenicStore.wipe(true);
        return true;
    },
};
