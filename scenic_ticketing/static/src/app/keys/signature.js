/* global scenicNoble */
import { concat } from "@scenic_ticketing/app/keys/ticket_code";

export const ED25519 = 1;
export const P256 = 2;
export const WEBCRYPTO = "webcrypto";
export const NOBLE = "noble";

const KEY_ALGORITHMS = {
    [ED25519]: { name: "Ed25519" },
    [P256]: { name: "ECDSA", namedCurve: "P-256" },
};
const SIGN_ALGORITHMS = {
    [ED25519]: { name: "Ed25519" },
    [P256]: { name: "ECDSA", hash: "SHA-256" },
};

/**
 * Make a key for this window. Browsers keep the private half of a WebCrypto key to themselves, but
 * offer it on secure pages only; older ones know P-256 and not Ed25519. On any other page the key
 * is 32 bytes in the storage of the browser, which scripts of this origin can read.
 *
 * @returns {Promise<{backend: string, alg: number, pub: Uint8Array, key: CryptoKey | Uint8Array}>}
 */
export async function generateKey(subtle = globalThis.crypto?.subtle) {
    if (!subtle?.generateKey) {
        const seed = crypto.getRandomValues(new Uint8Array(32));
        return { backend: NOBLE, alg: ED25519, pub: scenicNoble.getPublicKey(seed), key: seed };
    }
    let alg = ED25519;
    let pair;
    try {
        pair = await subtle.generateKey(KEY_ALGORITHMS[alg], false, ["sign", "verify"]);
    } catch {
        alg = P256;
        pair = await subtle.generateKey(KEY_ALGORITHMS[alg], false, ["sign", "verify"]);
    }
    const raw = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
    return { backend: WEBCRYPTO, alg, pub: compressed(alg, raw), key: pair.privateKey };
}

/** Certificates carry a P-256 point in its short form. */
function compressed(alg, raw) {
    return alg === P256 ? concat(Uint8Array.of(2 + (raw[64] & 1)), raw.slice(1, 33)) : raw;
}

/** Return the function that signs with a key of `generateKey`. */
export function signer({ backend, alg, key }) {
    if (backend === NOBLE) {
        return async (message) => scenicNoble.sign(message, key);
    }
    return async (message) =>
        new Uint8Array(await crypto.subtle.sign(SIGN_ALGORITHMS[alg], key, message));
}
