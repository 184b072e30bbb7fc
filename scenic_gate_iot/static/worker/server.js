/* The server as a handheld sees it: calls that the key of the device signs. */
"use strict";

self.scenicServer = {
    device: null, // {device, key, lane}
    PATH: "/scenic/handheld/v1/",

    random(size) {
        return self.scenicHex(crypto.getRandomValues(new Uint8Array(size)));
    },

    /* Make the key that cannot leave this browser, and register it. */
    async enrol(name, place) {
        const how = { name: "ECDSA", namedCurve: "P-256" };
        const pair = await crypto.subtle.generateKey(how, false, ["sign", "verify"]);
        const point = await crypto.subtle.exportKey("raw", pair.publicKey);
        const params = { name, place, public_key: self.scenicHex(point) };
        const body = JSON.stringify({ jsonrpc: "2.0", method: "call", params });
        const reply = await this.send(this.PATH + "enrol", {}, body, 10000);
        if (reply.error) {
            throw new Refusal(200, reply.error.data?.message || reply.error.message);
        }
        return { ...reply.result, key: pair.privateKey };
    },

    async post(name, message, limit) {
        const path = this.PATH + name;
        const body = JSON.stringify({ v: 1, ...message });
        const bytes = new TextEncoder().encode(body);
        const digest = self.scenicHex(await crypto.subtle.digest("SHA-256", bytes));
        const time = String(Math.round(self.scenicWall()));
        const nonce = this.random(16);
        const text = ["scenic-handheld-v1", "POST", path, this.device.device, time, nonce, digest];
        const signature = await crypto.subtle.sign(
            { name: "ECDSA", hash: "SHA-256" },
            this.device.key,
            new TextEncoder().encode(text.join("\n"))
        );
        const headers = {
            "X-Scenic-Handheld": this.device.device,
            "X-Scenic-Time": time,
            "X-Scenic-Nonce": nonce,
            "X-Scenic-Signature": self.scenicHex(signature),
        };
        return this.send(path, headers, body, limit);
    },

    async send(path, headers, body, limit) {
        const stop = new AbortController();
        const timer = setTimeout(() => stop.abort(), limit);
        try {
            const reply = await fetch(path, {
                method: "POST",
                headers: { "Content-Type": "application/json", ...headers },
                body,
                redirect: "manual", // to the login page: the session is over
                signal: stop.signal,
                cache: "no-store",
            });
            if (reply.type === "opaqueredirect") {
                throw new Refusal(303, "signed_out");
            }
            const kind = reply.headers.get("Content-Type") || "";
            if (!kind.startsWith("application/json")) {
                throw new Refusal(reply.status, "no answer of ours");
            }
            const answer = await reply.json();
            if (!reply.ok) {
                throw new Refusal(reply.status, answer.error?.text || answer.error || "");
            }
            return answer;
        } finally {
            clearTimeout(timer);
        }
    },
};

/* The server is there and says no; everything else means that it is out of reach. */
class Refusal extends Error {
    constructor(status, text) {
        super(text);
        this.status = status;
    }
}
self.ScenicRefusal = Refusal;
