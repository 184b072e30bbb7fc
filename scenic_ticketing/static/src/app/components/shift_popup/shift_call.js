import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

/**
 * Ask the server about a shift, and keep what it refuses as a sentence in the dialog: the cashier
 * corrects it there and goes on.
 *
 * @param {Object} popup component with `pos` and `state` {busy, problem}
 */
export async function callShift(popup, method, ...args) {
    popup.state.busy = true;
    popup.state.problem = "";
    try {
        return await popup.pos.data.call("scenic.shift", method, [
            popup.pos.session.id,
            popup.facts.id,
            ...args,
        ]);
    } catch (error) {
        if (error instanceof ConnectionLostError) {
            popup.state.problem = _t("The server cannot be reached. Try again when it is back.");
        } else if (error instanceof RPCError && error.data?.message) {
            popup.state.problem = error.data.message;
        } else {
            throw error;
        }
    } finally {
        popup.state.busy = false;
    }
    return null;
}
