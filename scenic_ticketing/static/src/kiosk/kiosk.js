import { RETRY_MS } from "@scenic_ticketing/kiosk/ask";
import { watch } from "@scenic_ticketing/kiosk/idle";
import { takeUp } from "@scenic_ticketing/kiosk/pay";
import "@scenic_ticketing/kiosk/pay_screens";
import "@scenic_ticketing/kiosk/screens";
import { firstLanguage, kept } from "@scenic_ticketing/kiosk/state";
import { begin } from "@scenic_ticketing/kiosk/steps";

/**
 * The self-service page: a visitor chooses day, tickets and time, and pays with the phone or gets a
 * number to pay at a window. Prices, places and rules are the server's, asked at every step.
 */

document.addEventListener("contextmenu", (event) => event.preventDefault());
watch();

/** Begin, or go on where the page was before it was loaded again; tells whether the server answered. */
async function start() {
    const before = kept();
    if (!(await begin(before?.lang || firstLanguage))) {
        return false;
    }
    return !before?.basket || (await takeUp(before));
}

// the page may be older than the server's restart
while (!(await start())) {
    await new Promise((done) => setTimeout(done, RETRY_MS));
}
