/**
 * The key of a window and its running number, in one record of a database of its own.
 *
 * One record, because losing one half without the other would repeat numbers; "strict", because a
 * number must be on the disk before it is on paper. Several tabs of one window take their numbers
 * from the same record, in transactions that the browser runs one after the other.
 */
const STORE = "keys";
const VERSION = 1;

export class KeyStore {
    constructor(configId, database) {
        this.configId = configId;
        this.name = `scenic-window-keys-${database}`;
        this.db = null;
    }

    async _open() {
        if (!this.db) {
            const request = indexedDB.open(this.name, VERSION);
            request.onupgradeneeded = () =>
                request.result.createObjectStore(STORE, { keyPath: "id" });
            this.db = await settled(request);
            // another tab deletes or upgrades it: this one must not keep it waiting
            this.db.onversionchange = () => this.close();
            this.db.onclose = () => (this.db = null);
        }
        return this.db;
    }

    close() {
        this.db?.close();
        this.db = null;
    }

    async read() {
        const db = await this._open();
        return settled(db.transaction(STORE).objectStore(STORE).get(this.configId));
    }

    /**
     * Change the record in one transaction, which is on the disk when this returns.
     *
     * @param {(record: Object | undefined) => Object | null} change returns the new record, null to
     *   leave it; must not wait for anything
     * @returns {Promise<Object | undefined>} the record as it is now
     */
    async update(change) {
        const db = await this._open();
        const transaction = db.transaction(STORE, "readwrite", { durability: "strict" });
        const store = transaction.objectStore(STORE);
        const done = new Promise((resolve, reject) => {
            transaction.oncomplete = () => resolve();
            transaction.onabort = () => reject(transaction.error);
            transaction.onerror = () => reject(transaction.error);
        });
        const before = await settled(store.get(this.configId));
        const after = change(before);
        if (after) {
            store.put({ ...after, id: this.configId });
        }
        await done;
        return after || before;
    }
}

function settled(request) {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
        request.onblocked = () => reject(new Error("blocked"));
    });
}
