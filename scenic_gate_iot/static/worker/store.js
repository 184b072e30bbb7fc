/* What a handheld keeps: tickets, its own uses and its journal, in one IndexedDB. */
"use strict";

self.scenicStore = {
    NAMES: ["kv", "ticket", "own", "left", "fact"],
    db: null,

    async open(name = "scenic_handheld") {
        const request = indexedDB.open(name, 1);
        request.onupgradeneeded = () => {
            const db = request.result;
            db.createObjectStore("kv");
            db.createObjectStore("ticket", { keyPath: "uid" }).createIndex("alias", "alias");
            db.createObjectStore("own", { keyPath: "op" }).createIndex("uid", "uid");
            db.createObjectStore("left", { keyPath: "uid" });
            db.createObjectStore("fact", { keyPath: "seq" });
        };
        this.db = await this.got(request);
    },

    got(request) {
        return new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
    },

    /* One durable transaction: what ``work`` puts is on disk when this answers, or nothing is. */
    write(work) {
        return new Promise((resolve, reject) => {
            const tx = this.db.transaction(this.NAMES, "readwrite", { durability: "strict" });
            let result, failure;
            tx.oncomplete = () => resolve(result);
            tx.onabort = () => reject(failure || tx.error || new Error("not written"));
            Promise.resolve(work(tx)).then(
                (value) => (result = value),
                (error) => {
                    failure = error;
                    try {
                        tx.abort();
                    } catch {
                        reject(error); // it had ended by itself
                    }
                }
            );
        });
    },

    get(key) {
        return this.got(this.db.transaction("kv").objectStore("kv").get(key));
    },

    put(values) {
        return this.write((tx) => this.putIn(tx, values));
    },

    putIn(tx, values) {
        for (const [key, value] of Object.entries(values)) {
            tx.objectStore("kv").put(value, key);
        }
    },

    /* Everything the brain wants to know of the ticket behind a text. */
    async find(tx, keys) {
        const tickets = tx.objectStore("ticket");
        let item = null;
        if (keys.alias) {
            item = await this.got(tickets.index("alias").get(keys.alias));
        } else if (keys.uid) {
            item = await this.got(tickets.get(keys.uid));
        }
        const uid = item ? item.uid : keys.uid;
        const own = uid ? await this.got(tx.objectStore("own").index("uid").getAll(uid)) : [];
        const left = uid ? await this.got(tx.objectStore("left").get(uid)) : null;
        own.sort((a, b) => a.t - b.t);
        return {
            row: item ? item.row : null,
            own: own.map((use) => [use.zone, use.persons, use.t, use.lane]),
            uses: own.map((use) => [use.op, use.zone, use.persons, use.t, use.lane]),
            out_t: left ? left.t : null,
            exposed: (await this.got(tx.objectStore("kv").get("exposed"))) || 0,
        };
    },

    /* Append a fact, and what it means for the own uses. */
    keep(tx, place, fact) {
        if (!fact) {
            return;
        }
        tx.objectStore("fact").put(fact);
        this.putIn(tx, { journal: { epoch: place.epoch, seq: fact.seq, head: fact.hash } });
        const { uid, op, zone, t, lane, pax } = fact;
        if (fact.kind === "reserved") {
            tx.objectStore("own").put({ op, uid, zone, persons: pax, t, lane });
            this.putIn(tx, { passage: { op, uid, gen: fact.gen, pax } });
        } else if (fact.kind === "released") {
            tx.objectStore("own").delete(op);
        } else if (fact.kind === "passed" && !zone && uid) {
            tx.objectStore("left").put({ uid, t });
        }
    },

    async facts(after, most) {
        const range = IDBKeyRange.lowerBound(after, true);
        return this.got(this.db.transaction("fact").objectStore("fact").getAll(range, most));
    },

    async count(name) {
        return this.got(this.db.transaction(name).objectStore(name).count());
    },

    async oldest() {
        const cursor = this.db.transaction("fact").objectStore("fact").openKeyCursor();
        const found = await this.got(cursor);
        return found ? found.key : null;
    },

    /* Forget facts the server has had for long, tickets no longer listed, and uses of the past. */
    prune(acked, before, load) {
        return this.write(async (tx) => {
            const facts = tx.objectStore("fact");
            const told = await this.got(facts.getAll(IDBKeyRange.upperBound(acked)));
            for (const fact of told.filter((item) => item.t < before)) {
                facts.delete(fact.seq);
            }
            for (const name of ["own", "left"]) {
                const rows = await this.got(tx.objectStore(name).getAll());
                for (const row of rows.filter((item) => item.t < before)) {
                    tx.objectStore(name).delete(row.op || row.uid);
                }
            }
            const tickets = await this.got(tx.objectStore("ticket").getAll());
            for (const item of tickets.filter((row) => row.load < load)) {
                tx.objectStore("ticket").delete(item.uid);
            }
        });
    },

    /* Forget what others should not find; facts only when ``everything``. */
    wipe(everything) {
        return this.write((tx) => {
            tx.objectStore("ticket").clear();
            this.putIn(tx, { config: null, config_rev: "", cursor: 0, listed_to: null });
            if (everything) {
                for (const name of ["own", "left", "fact"]) {
                    tx.objectStore(name).clear();
                }
                for (const key of ["journal", "user", "place", "asking", "passage", "acked"]) {
                    tx.objectStore("kv").delete(key);
                }
            }
        });
    },
};
