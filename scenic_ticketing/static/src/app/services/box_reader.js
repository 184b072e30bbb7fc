import { post } from "@iot_base/network_utils/http";
import { browser } from "@web/core/browser/browser";
import { uuid } from "@web/core/utils/strings";
import { ask, freshKeys, open } from "@scenic_ticketing/app/utils/sealed_reading";

const ACTION_ROUTE = "/iot_drivers/action";
const EVENT_ROUTE = "/iot_drivers/event";
const WAIT_S = 20;
const ACTION_MS = 10_000;
// the box may be busy with the question before
const GRACE_MS = 5_000;
const AGAIN_MS = 3_000;

/** Why nothing was read; `code` is stable. */
export class ReaderProblem extends Error {
    constructor(code) {
        super(code);
        this.code = code;
    }
}

/** Read one document at a reader of an IoT box: `{number, name?, doc_type?}`. */
export async function readOnBox(reader, stopped = () => false) {
    const session = uuid();
    const keys = await freshKeys();
    const question = await ask(reader.key, reader.device, keys, WAIT_S);
    const answer = await call(reader, ACTION_ROUTE, ACTION_MS, {
        session_id: session,
        device_identifier: reader.device,
        data: { action: "read", action_unique_id: session, ...question },
    });
    if (!answer?.result) {
        throw new ReaderProblem("NO_DEVICE");
    }
    const event = await eventOf(reader, session, stopped);
    if (event.status !== "success") {
        throw new ReaderProblem(event.message || "ERROR_FAILED");
    }
    try {
        return await open(reader.key, reader.device, keys, question, event.message);
    } catch {
        // not sealed for us: somebody else answered
        throw new ReaderProblem("ERROR_UNSIGNED");
    }
}

async function eventOf(reader, session, stopped) {
    const end = Date.now() + WAIT_S * 1000 + GRACE_MS;
    let last = 0;
    while (Date.now() < end && !stopped()) {
        const listener = {
            session_id: session,
            devices: { [reader.device]: {} },
            last_event: last,
        };
        let reply;
        try {
            reply = await call(reader, EVENT_ROUTE, end - Date.now(), { listener });
        } catch (error) {
            if (Date.now() >= end) {
                break; // nobody put a card there
            }
            throw error;
        }
        const event = reply?.result;
        last = Math.max(last, event?.time || 0);
        if (event?.owner === session) {
            return event;
        }
    }
    throw new ReaderProblem("ERROR_NO_CARD");
}

async function call(reader, route, timeout, params) {
    try {
        return await post(reader.box_address, route, params, timeout, {}, undefined, odoo.use_lna);
    } catch {
        throw new ReaderProblem("BOX_UNREACHABLE");
    }
}

/**
 * Read documents one after the other as long as a dialog wants them.
 *
 * @param {{box_address: string, device: string, key: string}} reader
 * @param {{onReading: (reading: Object) => void, onProblem: (code: string) => void}} to
 * @returns {() => void} ends it
 */
export function followBoxReader(reader, { onReading, onProblem }) {
    let over = false;
    const run = async () => {
        while (!over) {
            try {
                const reading = await readOnBox(reader, () => over);
                onProblem("");
                if (!over) {
                    onReading(reading);
                }
            } catch (error) {
                const code = error instanceof ReaderProblem ? error.code : "ERROR_FAILED";
                onProblem(code === "ERROR_NO_CARD" ? "" : code);
                if (code !== "ERROR_NO_CARD" && !over) {
                    await new Promise((done) => browser.setTimeout(done, AGAIN_MS));
                }
            }
        }
    };
    run();
    return () => (over = true);
}

/** Whether this page may keep a secret: browsers give keys to https and localhost only. */
export function canOpenReadings() {
    return Boolean(globalThis.crypto?.subtle);
}
