/**
 * How the reading of a card crosses the local network: only the window that asked can open it.
 * The other side, and the description, is sealed_reading.py on the IoT box.
 */

const CONTEXT = "scenic-reader-v1";
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const text = new TextEncoder();

export const toHex = (bytes) =>
    [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (hex) =>
    new Uint8Array((hex.match(/../g) || []).map((pair) => parseInt(pair, 16)));

/** Make the keys of one question. The private one cannot leave the browser. */
export function freshKeys() {
    return crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
}

/** Return the question for a device, signed with the key that the window shares with it. */
export async function ask(secret, device, keys, waitS, nonce) {
    nonce ||= toHex(crypto.getRandomValues(new Uint8Array(16)));
    const key = toHex(await crypto.subtle.exportKey("raw", keys.publicKey));
    const signing = await crypto.subtle.importKey(
        "raw",
        fromHex(secret),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"]
    );
    const signed = text.encode([CONTEXT, device, key, nonce, waitS].join("\n"));
    const mac = toHex(await crypto.subtle.sign("HMAC", signing, signed));
    return { v: 1, key, nonce, wait_s: waitS, mac };
}

/** Open the answer to a question; throws when it is not the answer of this device to it. */
export async function open(secret, device, keys, question, message) {
    const { key, iv, data } = JSON.parse(message);
    const info = text.encode([CONTEXT, device, question.key, key, question.nonce].join("\0"));
    const theirs = await crypto.subtle.importKey("raw", fromHex(key), CURVE, false, []);
    const shared = await crypto.subtle.deriveBits(
        { name: "ECDH", public: theirs },
        keys.privateKey,
        256
    );
    const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const opening = await crypto.subtle.deriveKey(
        { name: "HKDF", hash: "SHA-256", salt: fromHex(secret), info },
        base,
        { name: "AES-GCM", length: 256 },
        false,
        ["decrypt"]
    );
    const plain = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv: fromHex(iv), additionalData: info },
        opening,
        fromHex(data)
    );
    return JSON.parse(new TextDecoder().decode(plain));
}
