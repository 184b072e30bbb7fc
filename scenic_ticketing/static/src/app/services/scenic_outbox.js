/**
 * Paid sales that the server has not confirmed, in a database of their own.
 *
 * Stock POS keeps orders in the database of its catalogue: written 0.3 s late, without waiting for
 * the disk, and thrown away with the catalogue when the settings of the window were changed. Here a
 * sale is on the disk before its paper comes out, and leaves only when the server has it. All tabs
 * of a window share it; a tab that sends a sale holds a lease, so that the others do not.
 *
 * A sale that was sent leaves its name for some days: after a power cut the database of the
 * catalogue may still call it unsent, and it must not be listed as waiting once more.
 */
const STORE = "sales";
// longer than any attempt to send one sale
const LEASE = 10000;
// longer than the catalogue's database could be wrong
const REMEMBERED = 7 * 24 * 60 * 60 * 1000;

function done(transaction) {
    return new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error);
    });
}

function answer(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

export class ScenicOutbox {
    /**
     * @param {string} name of the database; the same in all tabs of a window
     * @param {string} tab who writes
     * @param {(message: {kind: string, uuids: string[]}) => void} onMessage what other tabs did
     */
    constructor(name, tab, onMessage) {
        this.name = name;
        this.tab = tab;
        this.channel = new BroadcastChannel(name);
        this.channel.onmessage = ({ data }) => onMessage(data);
    }

    _open() {
        this.opening ??= new Promise((resolve, reject) => {
            const request = indexedDB.open(this.name, 1);
            request.onupgradeneeded = () =>
                request.result.createObjectStore(STORE, { keyPath: "uuid" });
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        return this.opening;
    }

    /** Run `work(store)` in one transaction and return its result when that is on the disk. */
    async _write(work) {
        const db = await this._open();
        const transaction = db.transaction([STORE], "readwrite", { durability: "strict" });
        const finished = done(transaction);
        const [result] = await Promise.all([work(transaction.objectStore(STORE)), finished]);
        return result;
    }

    _tell(kind, uuids) {
        this.channel.postMessage({ kind, uuids });
    }

    /** Return all sales, oldest first. */
    async all() {
        const db = await this._open();
        const store = db.transaction([STORE], "readonly").objectStore(STORE);
        const sales = await answer(store.getAll());
        return sales.filter((sale) => !sale.sentAt).sort((a, b) => a.paidAt - b.paidAt);
    }

    /**
     * Keep a sale; it is on the disk when this resolves. One that was sent before is left alone:
     * whoever takes it for unsent was told before a power cut.
     *
     * @param {boolean} sending whether this tab sends it right away, so that no other does
     */
    async keep(sale, sending) {
        const lease = sending ? this._lease() : null;
        const clone = JSON.parse(JSON.stringify({ ...sale, lease, tab: this.tab }));
        const kept = await this._write(async (store) => {
            const known = await answer(store.get(sale.uuid));
            return !known?.sentAt && (await answer(store.put(clone)));
        });
        if (kept) {
            this._tell("kept", [sale.uuid]);
        }
    }

    /** Forget sales that the server has, or that are none any more. */
    async drop(uuids, kind = "sent") {
        const sentAt = kind === "sent" && Date.now();
        await this._write((store) =>
            Promise.all(
                uuids.map((uuid) =>
                    answer(sentAt ? store.put({ uuid, sentAt }) : store.delete(uuid))
                )
            )
        );
        this._tell(kind, uuids);
    }

    /** Forget the names of sales that were sent long ago. */
    forgetSent() {
        const end = Date.now() - REMEMBERED;
        return this._write(async (store) => {
            const rows = await answer(store.getAll());
            const old = rows.filter((row) => row.sentAt < end);
            await Promise.all(old.map((row) => answer(store.delete(row.uuid))));
        });
    }

    _lease() {
        return { tab: this.tab, until: Date.now() + LEASE };
    }

    /** Return the sale if this tab may send it now, else nothing: it is gone, or in other hands. */
    claim(uuid) {
        return this._write(async (store) => {
            const sale = await answer(store.get(uuid));
            const left = sale?.lease ? sale.lease.until - Date.now() : 0;
            // a lease that lasts longer than possible was given before the clock was set back
            if (
                !sale ||
                sale.sentAt ||
                (sale.lease?.tab !== this.tab && left > 0 && left <= LEASE)
            ) {
                return null;
            }
            sale.lease = this._lease();
            await answer(store.put(sale));
            return sale;
        });
    }

    /** Change what is known about sales, and let others send them. */
    async change(uuids, values) {
        await this._write((store) =>
            Promise.all(
                uuids.map(async (uuid) => {
                    const sale = await answer(store.get(uuid));
                    if (sale && !sale.sentAt) {
                        await answer(store.put({ ...sale, ...values, lease: null }));
                    }
                })
            )
        );
        this._tell("changed", uuids);
    }
}
