import { reactive } from "@odoo/owl";

/* The page's end of the worker in which everything is decided and kept. */
export class HandheldClient {
    constructor(info) {
        this.info = info;
        this.state = reactive({ ready: false, setup: false, online: false, waiting: 0 });
        this.calls = new Map();
        this.number = 0;
    }

    start() {
        if (!window.isSecureContext) {
            this.state.problem = "insecure";
            return Promise.resolve();
        }
        this.worker = new Worker("/scenic_gate_iot/static/worker/handheld_worker.js");
        this.worker.onmessage = ({ data }) => this.heard(data);
        this.worker.onerror = () => Object.assign(this.state, { problem: "worker" });
        return this.call("start", {
            user: this.info.user,
            lang: this.info.lang,
            python: this.info.python,
            version: this.info.version,
        }).catch((error) =>
            Object.assign(this.state, { problem: "worker", detail: error.message })
        );
    }

    heard({ type, id, state, value, error, ...letter }) {
        if (type === "state") {
            return Object.assign(this.state, state);
        }
        if (type === "carry") {
            return this.carry(letter);
        }
        const call = this.calls.get(id);
        this.calls.delete(id);
        return error ? call.reject(new Error(error)) : call.resolve(value);
    }

    /* A worker of an https page may not speak to a box by http; this page may. */
    async carry({ letter, url, body, limit }) {
        let text = null;
        try {
            const reply = await fetch(url, {
                method: "POST",
                body,
                cache: "no-store",
                credentials: "omit",
                redirect: "error",
                referrerPolicy: "no-referrer",
                signal: AbortSignal.timeout(limit),
                ...localSpace(url),
            });
            text = reply.ok ? await reply.text() : null;
        } catch {
            this.lookAtPermission(url);
        }
        this.worker.postMessage({ letter, text });
    }

    /* Browsers may ask before a page reaches the local network; a no is for good. */
    async lookAtPermission(url) {
        for (const name of ["local-network", "local-network-access"]) {
            try {
                const found = await navigator.permissions.query({ name });
                this.state.lanDenied = found.state === "denied";
                return;
            } catch {
                // this browser does not know the name
            }
        }
        // and so has no way from https to http either
        this.state.lanMixed = location.protocol === "https:" && url.startsWith("http:");
    }

    call(job, given = {}) {
        const id = ++this.number;
        return new Promise((resolve, reject) => {
            this.calls.set(id, { resolve, reject });
            this.worker.postMessage({ id, job, given: JSON.parse(JSON.stringify(given)) });
        });
    }
}

/* Tell the browser that http to this address stays in the local network. */
function localSpace(url) {
    const { protocol, hostname } = new URL(url);
    const isLoopback = hostname === "localhost" || hostname.startsWith("127.");
    return protocol === "http:" && !isLoopback ? { targetAddressSpace: "local" } : {};
}
