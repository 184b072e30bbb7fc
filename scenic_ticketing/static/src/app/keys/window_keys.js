import { reactive } from "@odoo/owl";
import { Mutex } from "@web/core/utils/concurrency";
import { newAlias } from "@scenic_ticketing/app/keys/alias";
import { KeyStore } from "@scenic_ticketing/app/keys/key_store";
import { limitBroken, ticketFields } from "@scenic_ticketing/app/keys/mint";
import { generateKey, signer } from "@scenic_ticketing/app/keys/signature";
import { encodeTicket, fromHex, toHex } from "@scenic_ticketing/app/keys/ticket_code";

/**
 * The key of this window: made here, certified by the server, kept over restarts.
 *
 * The server is asked for a certificate while it answers; between that nothing here needs it.
 */
export class WindowKeys {
    /**
     * @param {Object} options
     * @param {number} options.configId
     * @param {(...args) => Promise<Object>} options.request asks the server, see `pos_request`;
     *   rejects while it does not answer
     */
    constructor({ configId, database, request, store, generate = generateKey }) {
        this.store = store || new KeyStore(configId, database);
        this._request = request;
        this._generate = generate;
        this._mutex = new Mutex();
        this.record = null;
        // for screens
        this.state = reactive({ status: "starting", problem: "", backend: "", alg: 0, until: 0 });
    }

    /** Take up what an earlier run left, then ask the server for news. */
    async start() {
        await this._mutex.exec(async () => {
            try {
                this._take(await this.store.read());
            } catch (error) {
                this._fail("storage", error);
            }
        });
        await this.refresh();
    }

    /** Have a key and a valid certificate, if the server answers. Never rejects. */
    refresh() {
        return this._mutex.exec(async () => {
            try {
                await this._renew();
            } catch (error) {
                // a certificate that we have stays good while the server is away
                if (!this.record?.certificates?.length) {
                    this._fail(this.state.problem || "no_certificate", error);
                }
            }
        });
    }

    async _renew() {
        let record = (await this.store.read()) || (await this._newKey());
        this._take(record);
        let answer = await this._ask(record);
        if (answer.new_key) {
            record = await this._newKey(record.pub);
            answer = await this._ask(record);
        }
        const pub = record.pub;
        record = await this.store.update((now) => {
            // another tab may have made another key meanwhile
            return now?.pub === pub ? { ...now, ...merged(now, answer) } : null;
        });
        this._take(record, answer.problem);
    }

    _ask(record) {
        const used = Object.fromEntries(
            (record.certificates || []).map(({ kid, next_serial }) => [kid, next_serial - 1])
        );
        return this._request(record.alg, record.pub, used);
    }

    /** Make a key, unless another tab has made one that is not `old`. */
    async _newKey(old = null) {
        const made = await this._generate();
        return this.store.update((now) =>
            now && now.pub !== old
                ? null
                : {
                      backend: made.backend,
                      alg: made.alg,
                      pub: toHex(made.pub),
                      key: made.key,
                      certificates: [],
                      products: {},
                  }
        );
    }

    _take(record, problem = "") {
        this.record = record || null;
        const certificates = record?.certificates || [];
        Object.assign(this.state, {
            status: certificates.length ? "ready" : record ? "none" : "starting",
            problem: certificates.length ? "" : problem || "no_certificate",
            backend: record?.backend || "",
            alg: record?.alg || 0,
            until: Math.max(0, ...certificates.map((c) => c.until_ms)),
        });
    }

    _fail(problem, error) {
        console.warn("scenic: no window key:", problem, error);
        Object.assign(this.state, { status: "none", problem });
    }

    /**
     * Return why these tickets cannot be signed here, as a code, or "".
     *
     * @param {Object} wish {templateId, sizes (units of each code), day, slotTime, offline, now, tz}
     */
    obstacle(wish) {
        if (!this.record) {
            return "no_key";
        }
        const product = this.record.products[wish.templateId];
        const certificate = this._certificate(this.record, product);
        if (!certificate) {
            return product || !this.record.certificates.length ? "no_certificate" : "product";
        }
        return this._limitBroken(certificate, product, wish);
    }

    _limitBroken(certificate, product, wish) {
        const ticket = ticketFields(product, certificate, wish, Math.max(...wish.sizes));
        return limitBroken(certificate, product, ticket, wish.sizes.length);
    }

    _certificate(record, product) {
        return product && record.certificates.find((c) => c.site_id === product.site_id);
    }

    /**
     * Sign tickets; what comes back is good whatever becomes of this page.
     *
     * @returns {Promise<{code: string, alias: string}[]>} none when they cannot be signed here
     */
    async mint(wish) {
        if (this.obstacle(wish)) {
            return [];
        }
        let first = 0;
        let kid = 0;
        const record = await this.store.update((now) => {
            const product = now?.products[wish.templateId];
            const certificate = now && this._certificate(now, product);
            if (!certificate || this._limitBroken(certificate, product, wish)) {
                return null;
            }
            ({ kid, next_serial: first } = certificate);
            const taken = { ...certificate, next_serial: first + wish.sizes.length };
            const others = now.certificates.filter((c) => c !== certificate);
            return { ...now, certificates: [...others, taken] };
        });
        this._take(record);
        return first ? this._sign(record, kid, first, wish) : [];
    }

    async _sign(record, kid, first, wish) {
        const certificate = record.certificates.find((c) => c.kid === kid);
        const product = record.products[wish.templateId];
        const blob = certificate.embed ? fromHex(certificate.blob) : null;
        const sign = signer(record);
        return Promise.all(
            wish.sizes.map(async (units, index) => {
                const ticket = ticketFields(product, certificate, wish, units);
                ticket.serial = first + index;
                return { code: await encodeTicket(ticket, sign, blob), alias: newAlias() };
            })
        );
    }
}

/** Return what the server said with the running numbers of this window. */
function merged(record, answer) {
    const numbers = new Map(record.certificates.map((c) => [c.kid, c.next_serial]));
    return {
        products: answer.products,
        certificates: answer.certificates.map((certificate) => ({
            ...certificate,
            // the greater one: the storage of this browser may have been put back to an older state
            next_serial: Math.max(numbers.get(certificate.kid) || 1, certificate.used + 1),
        })),
    };
}
