/* SHA-1 and SHA-256 for Python, which cannot wait for crypto.subtle. */
"use strict";

self.scenicBytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
self.scenicHex = (bytes) =>
    Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

{
    const rotate = (x, n) => (x >>> n) | (x << (32 - n));
    const primes = [];
    for (let n = 2; primes.length < 64; n++) {
        if (primes.every((prime) => n % prime)) {
            primes.push(n);
        }
    }
    const part = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
    const K = primes.map((prime) => part(Math.cbrt(prime)));
    const START_256 = primes.slice(0, 8).map((prime) => part(Math.sqrt(prime)));
    const START_1 = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

    const padded = (bytes) => {
        const size = ((bytes.length + 72) >> 6) << 6;
        const data = new Uint8Array(size);
        data.set(bytes);
        data[bytes.length] = 0x80;
        const view = new DataView(data.buffer);
        view.setUint32(size - 8, Math.floor(bytes.length / 2 ** 29));
        view.setUint32(size - 4, (bytes.length << 3) >>> 0);
        return view;
    };

    const block256 = (h, w) => {
        for (let i = 16; i < 64; i++) {
            const a = w[i - 15];
            const b = w[i - 2];
            const s0 = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
            const s1 = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        let [a, b, c, d, e, f, g, x] = h;
        for (let i = 0; i < 64; i++) {
            const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
            const t1 = (x + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
            const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
            const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
            [x, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
        }
        return [a, b, c, d, e, f, g, x];
    };

    const block1 = (h, w) => {
        for (let i = 16; i < 80; i++) {
            w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 31);
        }
        let [a, b, c, d, e] = h;
        for (let i = 0; i < 80; i++) {
            const round = Math.floor(i / 20);
            const f =
                round === 0
                    ? (b & c) | (~b & d)
                    : round === 2
                      ? (b & c) | (b & d) | (c & d)
                      : b ^ c ^ d;
            const k = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6][round];
            const t = (rotate(a, 27) + f + e + k + w[i]) | 0;
            [e, d, c, b, a] = [d, c, rotate(b, 2), a, t];
        }
        return [a, b, c, d, e];
    };

    const digest = (start, words, block, bytes) => {
        const view = padded(bytes);
        const w = new Int32Array(words);
        let h = start.map((word) => word | 0);
        for (let at = 0; at < view.byteLength; at += 64) {
            for (let i = 0; i < 16; i++) {
                w[i] = view.getInt32(at + 4 * i);
            }
            const added = block(h, w);
            h = h.map((word, i) => (word + added[i]) | 0);
        }
        return h.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
    };

    self.scenicHash = (name, hex) =>
        name === "sha1"
            ? digest(START_1, 80, block1, self.scenicBytes(hex))
            : digest(START_256, 64, block256, self.scenicBytes(hex));
}
