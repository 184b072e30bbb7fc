/* Brings facts up, and tickets, rules and the time down, as the sync of a box does. */
"use strict";

self.scenicSync = {
    ONLINE_MS: 3000,
    BACKOFF_MS: [1000, 2000, 4000, 8000, 15000, 30000],
    RELOAD_S: 12 * 3600, // the list of today and tomorrow is read anew
    KEEP_MS: 14 * 86400000, // a server that was restored may ask for facts again
    MOST: 500,

    /* One exchange; true when the server has more. */
    async once(desk) {
        const turn = desk.turn;
        const { scenicStore: store, scenicPython: python } = self;
        const journal = await store.get("journal");
        const acked = (await store.get("acked")) || 0;
        const facts = await store.facts(acked, this.MOST);
        const time = await python.call("time");
        const loadedAt = (await store.get("loaded_at")) || 0;
        const anew = time.sure && time.now - loadedAt > this.RELOAD_S;
        if (anew) {
            const load = ((await store.get("load")) || 0) + 1;
            await store.put({ cursor: 0, listed_to: null, load, loaded_at: time.now });
        }
        const reply = await self.scenicServer.post(
            "sync",
            {
                epoch: journal.epoch,
                facts,
                acks: [],
                oldest: (await store.oldest()) || journal.seq + 1,
                config_rev: (await store.get("config_rev")) || "",
                cursor: (await store.get("cursor")) || 0,
                listed_to: (await store.get("listed_to")) ?? null,
                status: await this.status(desk.info.version, journal, acked, time),
            },
            15000
        );
        return desk.turn === turn ? this.apply(desk, reply, journal, acked) : true;
    },

    async status(version, journal, acked, time) {
        return {
            version,
            time: time.now,
            clock: time.sure ? "ok" : "unsure",
            unsent: journal.seq - acked,
            tickets: await self.scenicStore.count("ticket"),
        };
    },

    async apply(desk, reply, journal, acked) {
        const { scenicStore: store, scenicPython: python } = self;
        await store.write(async (tx) => {
            const latest = await store.got(tx.objectStore("kv").get("journal"));
            store.putIn(tx, { acked: reply.acked_to });
            if (latest && reply.acked_to >= latest.seq) {
                store.putIn(tx, { exposed: 0 }); // the server has heard of everybody
            }
        });
        if (reply.state !== "paired") {
            await store.wipe(false);
            desk.set({ blocked: true, tickets: 0 });
            return false;
        }
        const time = await python.call("heard", reply.now);
        await store.put({ contact: time.contact, floor: time.floor, limit_h: reply.offline_hours });
        desk.contact = time.contact;
        desk.limitHours = reply.offline_hours;
        desk.set({ blocked: false, clockSure: time.sure });
        if (reply.config) {
            await this.configure(desk, reply);
        }
        await this.take(reply);
        if (!reply.more) {
            const load = (await store.get("load")) || 0;
            if (load !== (await store.get("pruned"))) {
                await store.prune(reply.acked_to, Date.now() - this.KEEP_MS, load);
                await store.put({ pruned: load });
            }
            desk.set({ loaded: true });
        }
        const stuck = reply.acked_to <= acked;
        const latest = await store.get("journal");
        return reply.more || (!stuck && reply.acked_to < latest.seq);
    },

    async configure(desk, reply) {
        const told = await self.scenicPython.call("setup", reply.config);
        if (told.error) {
            // the revision stays the old one, so the server sees that it was not taken over
            desk.set({ problem: "config" });
            return;
        }
        await self.scenicStore.put({ config: reply.config, config_rev: reply.config_rev });
        desk.config = reply.config;
        await self.scenicBoxes.configure(desk, reply.config);
    },

    /* The cursor moves in the transaction of the tickets, so a crash repeats some and loses none. */
    async take(reply) {
        const store = self.scenicStore;
        const load = (await store.get("load")) || 0;
        await store.write((tx) => {
            const tickets = tx.objectStore("ticket");
            for (const row of reply.tickets) {
                tickets.put({ uid: row.u, alias: row.a || undefined, row, load });
            }
            store.putIn(tx, { cursor: reply.cursor, listed_to: reply.listed_to });
        });
    },
};
