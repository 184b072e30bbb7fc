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
        this.worker = new Worker("/scenic_gate_iot/static/worker/handheld_worker.js");
        this.worker.onmessage = ({ data }) => this.heard(data);
        this.worker.onerror = () => Object.assign(this.state, { problem: "worker" });
        return this.call("start", {
            user: this.info.user,
            lang: this.info.lang,
            python: this.info.python,
        }).catch((error) =>
            Object.assign(this.state, { problem: "worker", detail: error.message })
        );
    }

    heard({ type, id, state, value, error }) {
        if (type === "state") {
            return Object.assign(this.state, state);
        }
        const call = this.calls.get(id);
        this.calls.delete(id);
        return error ? call.reject(new Error(error)) : call.resolve(value);
    }

    call(job, given = {}) {
        const id = ++this.number;
        return new Promise((resolve, reject) => {
            this.calls.set(id, { resolve, reject });
            this.worker.postMessage({ id, job, given: JSON.parse(JSON.stringify(given)) });
        });
    }
}
