import { reactive } from "@odoo/owl";

// silence that ends a reading without Enter; a reader sends its signs without a pause
const GAP_MS = 80;
// a passport's zone has 88 signs, a ticket with a certificate 371; more is noise
const MOST = 512;
const ENDS = /[\r\n\0\x03]/;

/** Characters in, readings out. What is too long is dropped up to its end. */
export class ReadingSplitter {
    constructor(onReading) {
        this.onReading = onReading;
        this.text = "";
        this.overflow = false;
    }
    feed(chunk) {
        clearTimeout(this.timer);
        for (const char of chunk) {
            if (ENDS.test(char)) {
                this.end();
            } else if (!this.overflow) {
                this.text += char;
                if (this.text.length > MOST) {
                    this.overflow = true;
                    this.text = "";
                }
            }
        }
        this.timer = setTimeout(() => this.end(), GAP_MS);
    }
    end() {
        clearTimeout(this.timer);
        const text = this.text.trim();
        this.text = "";
        this.overflow = false;
        if (text) {
            this.onReading(text);
        }
    }
}

/**
 * Card and code readers on serial ports of this computer (RS-232, USB-CDC), read by the browser.
 *
 * Readings stay in this page: nothing of an identity card crosses the local network. The browser asks
 * once for each reader, at a click, and remembers it for this address.
 */
export class SerialReaders {
    /** @param {{serial?: Serial, baud?: number, onReading: (text: string) => void}} options */
    constructor({ serial = navigator.serial, baud = 9600, onReading }) {
        this.serial = serial;
        this.baud = baud;
        this.onReading = onReading;
        this.ports = new Map();
        this.takers = [];
        this.state = reactive({ supported: Boolean(serial), count: 0 });
    }
    /** Open the readers that the browser remembers, and those that are plugged in later. */
    async start() {
        if (!this.serial) {
            return;
        }
        this.serial.addEventListener?.("connect", (ev) => this.open(ev.target));
        for (const port of await this.serial.getPorts()) {
            this.open(port);
        }
    }
    /** Let the cashier choose a reader; must come from a click. */
    async connect() {
        let port;
        try {
            port = await this.serial.requestPort();
        } catch {
            return false; // nothing chosen
        }
        return this.open(port);
    }
    async open(port) {
        if (this.ports.has(port)) {
            return true;
        }
        try {
            await port.open({ baudRate: this.baud });
        } catch {
            return false; // another program has it
        }
        this.ports.set(port, new ReadingSplitter((text) => this.deliver(text)));
        this.state.count = this.ports.size;
        this.read(port);
        return true;
    }
    async read(port) {
        const splitter = this.ports.get(port);
        const decoder = new TextDecoder();
        try {
            while (port.readable) {
                const reader = port.readable.getReader();
                try {
                    for (;;) {
                        const { value, done } = await reader.read();
                        if (done) {
                            return;
                        }
                        splitter.feed(decoder.decode(value, { stream: true }));
                    }
                } catch {
                    continue; // a garbled byte; the port gives a new stream
                } finally {
                    reader.releaseLock();
                }
            }
        } finally {
            // unplugged: it comes back by the event
            this.ports.delete(port);
            this.state.count = this.ports.size;
        }
    }
    /** Give readings to `take` until the returned function is called; the newest taker wins. */
    divert(take) {
        this.takers.push(take);
        return () => {
            this.takers = this.takers.filter((other) => other !== take);
        };
    }
    deliver(text) {
        (this.takers.at(-1) || this.onReading)(text);
    }
}
