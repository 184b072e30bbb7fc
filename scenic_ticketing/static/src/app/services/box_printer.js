import { post } from "@iot_base/network_utils/http";
import { _t } from "@web/core/l10n/translation";
import { uuid } from "@web/core/utils/strings";

const ACTION_ROUTE = "/iot_drivers/action";
const EVENT_ROUTE = "/iot_drivers/event";
// a printer that is warming up, a print system that tries again
const ACTION_MS = 20_000;
const CONFIRM_MS = 12_000;

/** Why something was not printed; `code` is stable, the text is for the cashier. */
export class PrintProblem extends Error {
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}

/** Return what went wrong, in words. Codes are those of the stock printer drivers, and our own. */
function problem(code, printer) {
    const name = printer.name;
    const texts = {
        ERROR_NO_PAPER: _t("%s has no paper.", name),
        ERROR_OFFLINE: _t("%s is not ready. Is its cover closed?", name),
        ERROR_UNREACHABLE: _t("%s does not answer. Is it switched on?", name),
        ERROR_TIMEOUT: _t("%s does not take the ticket. Is it switched on?", name),
        BOX_UNREACHABLE: _t("The IoT box of %s does not answer.", name),
        NO_DEVICE: _t("The IoT box does not know the printer %s.", name),
        UNCONFIRMED: _t("%s did not confirm. Look whether the ticket came out.", name),
    };
    return new PrintProblem(code, texts[code] || _t("%s reports an error: %s", name, code));
}

/**
 * Let a stock IoT box print, and wait for what it says about it.
 *
 * The box answers "true" to every action for a device that it has. What became of it comes as an
 * event, marked with the session that asked: each job has a session of its own, so that two windows
 * on one printer do not take each other's.
 */
export async function printOnBox(printer, action) {
    const session = uuid();
    const device = printer.device;
    const answer = await call(printer, ACTION_ROUTE, ACTION_MS, {
        session_id: session,
        device_identifier: device,
        data: { ...action, action_unique_id: session },
    });
    if (!answer?.result) {
        throw problem("NO_DEVICE", printer);
    }
    const end = Date.now() + CONFIRM_MS;
    let last = 0;
    while (Date.now() < end) {
        const listener = { session_id: session, devices: { [device]: {} }, last_event: last };
        let reply;
        try {
            reply = await call(printer, EVENT_ROUTE, end - Date.now(), { listener });
        } catch {
            break;
        }
        const event = reply?.result;
        last = Math.max(last, event?.time || 0);
        if (event?.owner !== session) {
            continue;
        }
        if (event.status === "success") {
            return;
        }
        if (event.status === "error" || event.status === "disconnected") {
            throw problem(event.message || "ERROR_FAILED", printer);
        }
    }
    throw problem("UNCONFIRMED", printer);
}

async function call(printer, route, timeout, params) {
    try {
        const signal = undefined;
        return await post(printer.box_address, route, params, timeout, {}, signal, odoo.use_lna);
    } catch {
        throw problem("BOX_UNREACHABLE", printer);
    }
}
