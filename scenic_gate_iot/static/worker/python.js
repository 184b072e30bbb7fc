/* The decision package in Python, as server and gates run it, inside this worker (Brython). */
"use strict";

self.scenicWall = () => Date.now() / 1000;
self.scenicMono = () => performance.now() / 1000;
self.scenicNormal = (form, text) => text.normalize(form);

{
    const formats = new Map();
    const format = (zone) => {
        if (!formats.has(zone)) {
            const options = { timeZone: zone, timeZoneName: "longOffset" };
            formats.set(zone, new Intl.DateTimeFormat("en-US", options));
        }
        return formats.get(zone);
    };
    self.scenicKnowsZone = (zone) => {
        try {
            format(zone);
            return true;
        } catch {
            return false;
        }
    };
    // seconds east of Greenwich at a moment: "GMT+08:00", or "GMT" for none
    self.scenicOffset = (zone, seconds) => {
        const parts = format(zone).formatToParts(new Date(seconds * 1000));
        const name = parts.find((part) => part.type === "timeZoneName").value;
        const [, sign, hours, minutes, rest] =
            /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?/.exec(name) || [];
        const value = 3600 * (hours || 0) + 60 * (minutes || 0) + Number(rest || 0);
        return sign === "-" ? -value : value;
    };
}

{
    const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
    const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

    const power = (base, exponent) => {
        let result = 1n;
        for (base %= P; exponent; exponent >>= 1n, base = (base * base) % P) {
            if (exponent & 1n) {
                result = (result * base) % P;
            }
        }
        return result;
    };

    /* Browsers read only uncompressed points. */
    const uncompressed = (hex) => {
        const x = BigInt("0x" + hex.slice(2));
        const square = (((x * x * x - 3n * x + B) % P) + P) % P;
        let y = power(square, (P + 1n) / 4n);
        if ((y * y) % P !== square) {
            return null;
        }
        if ((y & 1n) !== BigInt("0x" + hex.slice(0, 2)) - 2n) {
            y = P - y;
        }
        return self.scenicBytes("04" + hex.slice(2) + y.toString(16).padStart(64, "0"));
    };

    self.scenicVerify = async ({ alg, pub, sig, msg }) => {
        const [signature, message] = [self.scenicBytes(sig), self.scenicBytes(msg)];
        let raw, how, use;
        if (alg === "p256") {
            raw = uncompressed(pub);
            how = { name: "ECDSA", namedCurve: "P-256" };
            use = { name: "ECDSA", hash: "SHA-256" };
        } else {
            raw = self.scenicBytes(pub);
            use = how = { name: "Ed25519" };
        }
        try {
            const key = raw && (await crypto.subtle.importKey("raw", raw, how, false, ["verify"]));
            return Boolean(key) && (await crypto.subtle.verify(use, key, signature, message));
        } catch (error) {
            if (error.name === "NotSupportedError" && self.scenicNoble) {
                return self.scenicNoble(alg, pub, sig, msg);
            }
            if (error.name === "NotSupportedError") {
                throw error;
            }
            return false; // these bytes are no key
        }
    };
}

// what goes wrong in Python is no Error for the browser
const START = `
from browser import self as host
try:
    import bridge
except BaseException as err:
    import traceback
    host.scenicFault = traceback.format_exc()
`;

self.scenicPython = {
    ready: false,
    /* ``modules``: {name: source}; a name that others lie under is a package. */
    start(modules) {
        const B = self.__BRYTHON__;
        B.brython({ debug: 0 });
        const names = Object.keys(modules);
        for (const name of names) {
            const isPackage = names.some((other) => other.startsWith(name + "."));
            B.VFS[name] = [".py", modules[name], [], ...(isPackage ? [true] : [])];
        }
        B.runPythonSource(START, "scenic_main");
        if (self.scenicFault) {
            throw new Error(self.scenicFault);
        }
        this.ready = true;
    },
    /* Call the brain once; an object with ``verify`` when a signature has to be checked first. */
    now(name, ...args) {
        const answer = JSON.parse(self.scenicCall(JSON.stringify({ name, args })));
        if (answer.error) {
            throw new Error(answer.error);
        }
        return answer;
    },
    async learn(check) {
        this.now("learn", check, await self.scenicVerify(check));
    },
    /* Call the brain, checking signatures as it asks for them. */
    async call(name, ...args) {
        for (;;) {
            const answer = this.now(name, ...args);
            if (!answer.verify) {
                return answer.value;
            }
            await this.learn(answer.verify);
        }
    },
};
