import { expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { ScenicOutbox } from "@scenic_ticketing/app/services/scenic_outbox";

const DAY = 24 * 60 * 60 * 1000;

function newOutbox(name, tab = "tab") {
    return new ScenicOutbox(name, tab, () => {});
}

async function uuids(outbox) {
    return (await outbox.all()).map((sale) => sale.uuid);
}

test("a sale that was sent is not listed again, whoever takes it for unsent", async () => {
    const name = `outbox-${crypto.randomUUID()}`;
    const outbox = newOutbox(name);
    await outbox.keep({ uuid: "a", paidAt: 1 }, true);
    await outbox.keep({ uuid: "b", paidAt: 2 }, true);
    expect(await uuids(outbox)).toEqual(["a", "b"]);
    await outbox.drop(["a"]);
    // the browser was killed; its catalogue still says that "a" is unsent
    const later = newOutbox(name, "tab after the power cut");
    await later.keep({ uuid: "a", paidAt: 1 }, false);
    await later.change(["a"], { reason: "no" });
    expect(await uuids(later)).toEqual(["b"]);
    expect(await later.claim("a")).toBe(null);
    // one that became no sale after all is forgotten, and may be sold later
    await later.drop(["b"], "changed");
    await later.keep({ uuid: "b", paidAt: 3 }, false);
    expect(await uuids(later)).toEqual(["b"]);
    // names of sales are not kept for ever
    await later.forgetSent();
    await later.keep({ uuid: "a", paidAt: 1 }, false);
    expect(await uuids(later)).toEqual(["b"]);
    const now = Date.now();
    patchWithCleanup(Date, { now: () => now + 8 * DAY });
    await later.forgetSent();
    await later.keep({ uuid: "a", paidAt: 1 }, false);
    expect(await uuids(later)).toEqual(["a", "b"]);
});
