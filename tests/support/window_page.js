/* The page of a window without Odoo: its code modules, driven by tests/rules/test_window_code_js.py. */
/* global scenicNoble */
import * as codes from "@scenic_ticketing/app/keys/ticket_code";
import * as aliases from "@scenic_ticketing/app/keys/alias";
import * as mint from "@scenic_ticketing/app/keys/mint";
import { KeyStore } from "@scenic_ticketing/app/keys/key_store";
import { generateKey, signer } from "@scenic_ticketing/app/keys/signature";
import { WindowKeys } from "@scenic_ticketing/app/keys/window_keys";

const { CodeError, concat, fromHex, toHex } = codes;
const CERTIFICATE_CONTEXT = new TextEncoder().encode("scenic-cert-v1\0");
const HEAD = [
    ["site", 2],
    ["kid", 4],
    ["issuer", 4],
    ["alg", 1],
];
const PKCS8 = fromHex("302e020100300506032b657004220420");

// --- verifying, which a window never does: an independent reader of what it writes ---

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

function power(base, exponent) {
    let result = 1n;
    for (base %= P; exponent; exponent >>= 1n, base = (base * base) % P) {
        result = exponent & 1n ? (result * base) % P : result;
    }
    return result;
}

function decompress(point) {
    const x = BigInt(`0x${toHex(point.slice(1))}`);
    let y = power((((x * x * x - 3n * x + B) % P) + P) % P, (P + 1n) / 4n);
    y = (y & 1n) === BigInt(point[0] & 1) ? y : P - y;
    return concat(Uint8Array.of(4), point.slice(1), fromHex(y.toString(16).padStart(64, "0")));
}

const VERIFY = {
    noble: async (alg, pub, signature, message) => scenicNoble.verify(signature, message, pub),
    webcrypto: async (alg, pub, signature, message) => {
        const kind = alg === 1 ? { name: "Ed25519" } : { name: "ECDSA", namedCurve: "P-256" };
        const raw = alg === 1 ? pub : decompress(pub);
        const key = await crypto.subtle.importKey("raw", raw, kind, false, ["verify"]);
        const how = alg === 1 ? kind : { name: "ECDSA", hash: "SHA-256" };
        return crypto.subtle.verify(how, key, signature, message);
    },
};

async function readCertificate(vectors, verify, blob) {
    const body = blob.slice(0, -64);
    const head = codes.unpackFields(HEAD, body);
    const root = vectors.root;
    const message = concat(CERTIFICATE_CONTEXT, body);
    const good =
        head.issuer === root.kid &&
        (await verify(root.alg, fromHex(root.pub), blob.slice(-64), message));
    if (!good) {
        throw new CodeError("E_CERT");
    }
    return { ...head, pub: body.slice(39) };
}

async function read(vectors, backend, text) {
    const verify = VERIFY[backend];
    const { ticket, body, signature, certificate } = codes.decodeTicket(text);
    if (ticket.site !== vectors.site) {
        throw new CodeError("E_SITE");
    }
    const known = [];
    for (const blob of vectors.certs) {
        known.push(await readCertificate(vectors, verify, fromHex(blob)));
    }
    if (certificate) {
        known.push(await readCertificate(vectors, verify, certificate));
    }
    const own = known.find(({ kid }) => kid === ticket.kid);
    if (!own) {
        throw new CodeError("E_UNKNOWN_KEY");
    }
    if (!(await verify(own.alg, own.pub, signature, codes.signedMessage(body)))) {
        throw new CodeError("E_SIG");
    }
    return { ...ticket, ext: ticket.ext.map(([tag, value]) => [tag, toHex(value)]) };
}

/** Return {name: ticket or reason} of every vector. */
export async function readAll(vectors, backend) {
    const found = {};
    for (const { name, code } of [...vectors.good, ...vectors.bad]) {
        try {
            found[name] = await read(vectors, backend, code);
        } catch (error) {
            found[name] = error.reason || String(error);
        }
    }
    return found;
}

/** Sign the good vectors again with the key of the vectors; returns {name: text}. */
export async function writeAll(vectors, backend) {
    const seed = fromHex(vectors.dev_seed);
    const key =
        backend === "noble"
            ? seed
            : await crypto.subtle.importKey("pkcs8", concat(PKCS8, seed), "Ed25519", false, [
                  "sign",
              ]);
    const sign = signer({ backend, alg: 1, key });
    const texts = {};
    for (const { name, ticket } of vectors.good) {
        const ext = ticket.ext.map(([tag, value]) => [tag, fromHex(value)]);
        const blob = name === "embedded" ? fromHex(vectors.certs[0]) : null;
        texts[name] = await codes.encodeTicket({ ...ticket, ext }, sign, blob);
    }
    return texts;
}

// --- a window ---

/** Old browsers know P-256 and no Ed25519. */
const OLD_SUBTLE = {
    generateKey: (kind, ...rest) =>
        kind.name === "Ed25519"
            ? Promise.reject(new Error("unknown"))
            : crypto.subtle.generateKey(kind, ...rest),
    exportKey: (...args) => crypto.subtle.exportKey(...args),
};

export let keys = null;
export const asked = [];

/** Open the window; `answer` is what the server says about a certificate, null = no server. */
export async function open(answer, old = false) {
    keys = new WindowKeys({
        configId: 1,
        database: "test",
        request: async (...args) => {
            asked.push(args);
            if (!answer) {
                throw new Error("no server");
            }
            return typeof answer === "function" ? answer(...args) : answer;
        },
        generate: () => generateKey(old ? OLD_SUBTLE : undefined),
    });
    await keys.start();
    return { ...keys.state, pub: keys.record?.pub, secure: isSecureContext };
}

export async function exportKey() {
    try {
        await crypto.subtle.exportKey("pkcs8", keys.record.key);
        return "exported";
    } catch (error) {
        return error.name;
    }
}

/** Return the durability of the transactions that a ticket takes. */
export async function durability(wish) {
    const modes = [];
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
        modes.push([mode, options?.durability]);
        return original.apply(this, arguments);
    };
    try {
        await keys.mint(wish);
    } finally {
        IDBDatabase.prototype.transaction = original;
    }
    return modes;
}

export { KeyStore, aliases, mint };
window.scenic = { readAll, writeAll, open, exportKey, durability, aliases, mint, keys: () => keys };
window.ready = true;
