import { render } from "@scenic_ticketing/kiosk/draw";
import { state, token } from "@scenic_ticketing/kiosk/state";

export const RETRY_MS = 15_000;

/** Ask the server; throws when there is no answer. A refusal is an answer, with its code. */
export async function ask(call, params = {}) {
    const reply = await fetch(`/scenic/kiosk/${token}/${call}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
            jsonrpc: "2.0",
            method: "call",
            params: { lang: state.lang, ...params },
        }),
        signal: AbortSignal.timeout(RETRY_MS),
    });
    const answer = await reply.json();
    if (!reply.ok || answer.error) {
        throw new Error(answer.error?.message || reply.statusText);
    }
    return answer.result;
}

/** Ask, and tell the visitor when it did not work; returns null then. */
export async function tryAsk(call, params) {
    state.busy = true;
    render();
    try {
        const answer = await ask(call, params);
        state.problem = "code" in answer ? answer.error || state.texts.busy : "";
        return "code" in answer ? null : answer;
    } catch {
        state.problem = state.texts.no_server || "…";
        return null;
    } finally {
        state.busy = false;
        render();
    }
}
