import { expect, test } from "@odoo/hoot";
import { animationFrame, advanceTime } from "@odoo/hoot-mock";
import { click, queryAllTexts, waitFor } from "@odoo/hoot-dom";
import { onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { Bitmap } from "@scenic_ticketing/print/bitmap";
import { qrCommand, raster } from "@scenic_ticketing/print/escpos";
import { PLAIN_LAYOUT, drawSlip } from "@scenic_ticketing/print/slip_draw";
import { label } from "@scenic_ticketing/print/zpl";
import { SerialReaders } from "@scenic_ticketing/app/services/serial_readers";
import { CODE, openWindow } from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

definePosModels();

const SLIP = {
    id: 1,
    code: CODE,
    alias: "T123 4567 8901 2345",
    site: "Cloud Mountain",
    product: "Adult ticket",
    validity: "Fri, May 1, 2026",
    pax: 1,
    price: "$ 120.00",
    number: 1,
    count: 1,
    orderName: "0001",
};
const LABEL = { ...PLAIN_LAYOUT, id: 3, kind: "label_zpl", width_dots: 400, length_dots: 640 };

/** Put a printer of a box on the window; `answer(job, number)` is what the box says to each job. */
async function windowWithPrinter(answer) {
    const { store } = await openWindow();
    const jobs = [];
    patchWithCleanup(browser, {
        fetch: async (url, { body }) => {
            const { params } = JSON.parse(body);
            const last = jobs.at(-1);
            if (url.endsWith("/iot_drivers/action")) {
                jobs.push(params);
                const reply = answer(params, jobs.length);
                params.reply = reply;
                if (reply === "off") {
                    throw new TypeError("Failed to fetch");
                }
                return { json: async () => ({ result: reply !== "unknown" }) };
            }
            const event = { time: 7, owner: last.session_id, status: "success", message: "" };
            if (last.reply !== "ok") {
                Object.assign(event, { status: "error", message: last.reply });
            }
            return { json: async () => ({ result: event }) };
        },
    });
    store.config.scenic_receipt_printer_id = undefined;
    const record = {
        id: 5,
        name: "Window 1",
        connection: "box",
        language: "escpos",
        dots: "384",
        box_address: "127.0.0.1:9",
        device: "scenic_printer:5",
    };
    patchWithCleanup(store, {
        getScenicPrinter(layout) {
            return [this._scenicListed(record), layout];
        },
    });
    return { store, jobs };
}

test("a module is the same whole number of dots everywhere", async () => {
    await openWindow();
    const { bitmap, code } = await drawSlip(SLIP, PLAIN_LAYOUT);
    expect([bitmap.width, code.dots, code.size]).toEqual([384, 7, 53]);
    let mixed = 0;
    for (let row = 0; row < code.size; row++) {
        for (let column = 0; column < code.size; column++) {
            const [x, y] = [code.x + column * code.dots, code.y + row * code.dots];
            const corner = bitmap.get(x, y);
            mixed += corner !== bitmap.get(x + 6, y + 6) || corner !== bitmap.get(x + 6, y);
        }
    }
    expect(mixed).toBe(0);
});

test("a layout leaves out what it does not show", async () => {
    await openWindow();
    const whole = await drawSlip(SLIP, PLAIN_LAYOUT);
    const bare = await drawSlip(SLIP, {
        ...PLAIN_LAYOUT,
        show_price: false,
        show_pax: false,
        show_order: false,
    });
    expect(bare.bitmap.height).toBeLessThan(whole.bitmap.height);
    const noted = await drawSlip({ ...SLIP, note: "Side door", copy: 2 }, PLAIN_LAYOUT);
    expect(noted.bitmap.height).toBeGreaterThan(whole.bitmap.height);
});

test("a holder is on the paper where the layout says so, mostly hidden", async () => {
    const { store } = await openWindow();
    const asked = [];
    onRpc("scenic.ticket", "pos_slip_holders", ({ args }) => {
        asked.push(args[0]);
        return { 1: "W**g" };
    });
    let show_holder = true;
    patchWithCleanup(store, { getScenicLayout: () => ({ ...PLAIN_LAYOUT, show_holder }) });
    store.scenicHolders.seal = { name: "", id_masked: "1101**********0012" };
    const slips = [SLIP, { ...SLIP, id: "line.0", holderToken: "seal" }, { ...SLIP, id: 2 }];
    const holders = async () =>
        (await store._withScenicHolders(slips)).map((slip) => slip.holder || "");
    expect(await holders()).toEqual(["W**g", "1101**********0012", ""]);
    // without the server what this window has just sealed is still there
    store.data.network.offline = true;
    expect(await holders()).toEqual(["", "1101**********0012", ""]);
    store.data.network.offline = false;
    show_holder = false;
    expect(await holders()).toEqual(["", "", ""]);
    expect(asked).toEqual([[1, 2]]);
});

test("a label is as large as its paper, whatever is on it", async () => {
    await openWindow();
    const crowded = { ...SLIP, note: "very long ".repeat(20) };
    for (const [slip, width, length] of [
        [SLIP, 400, 640],
        [crowded, 400, 640],
        [SLIP, 640, 400],
    ]) {
        const layout = { ...LABEL, width_dots: width, length_dots: length };
        const { bitmap } = await drawSlip(slip, layout);
        expect([bitmap.width, bitmap.height]).toEqual([width, length]);
    }
    const band = { ...LABEL, kind: "wristband_zpl", width_dots: 300, length_dots: 3000 };
    const { bitmap, code } = await drawSlip(SLIP, band);
    expect([bitmap.width, bitmap.height, code.dots]).toEqual([300, 3000, 5]);
});

test("commands are those of the manuals", () => {
    const bitmap = new Bitmap(16, 300);
    bitmap.set(0, 0);
    const bytes = raster(bitmap);
    expect(bytes.slice(0, 9)).toEqual([0x1d, 0x76, 0x30, 0, 2, 0, 255, 0, 0x80]);
    expect(bytes.slice(8 + 510, 8 + 510 + 8)).toEqual([0x1d, 0x76, 0x30, 0, 2, 0, 45, 0]);
    const code = qrCommand("AB", 5);
    expect(code.slice(0, 9)).toEqual([0x1d, 0x28, 0x6b, 4, 0, 0x31, 65, 50, 0]);
    expect(code.slice(-18)).toEqual(
        [
            [0x1d, 0x28, 0x6b, 5, 0, 0x31, 80, 48, 65, 66],
            [0x1d, 0x28, 0x6b, 3, 0, 0x31, 81, 48],
        ].flat()
    );
    const zpl = label(bitmap, { text: "AB", x: 10, y: 20, dots: 3 });
    expect(zpl).toInclude("^GFA,600,600,2,8,,:");
    expect(zpl).toInclude("^FO22,32^BQN,2,3^FDMA,AB^FS");
});

test("each slip is a job, and the box is asked what became of it", async () => {
    const { store, jobs } = await windowWithPrinter(() => "ok");
    expect(await store.printScenicSlips([SLIP, { ...SLIP, id: 2 }])).toBe(true);
    expect(jobs.map((job) => job.device_identifier)).toEqual(Array(2).fill("scenic_printer:5"));
    // the box refuses an empty name of an action, and takes none as "print this"
    expect(jobs.map((job) => "action" in job.data)).toEqual([false, false]);
    expect(new Set(jobs.map((job) => job.session_id)).size).toBe(2);
});

test("what was not printed is told, and only that is printed again", async () => {
    const { store, jobs } = await windowWithPrinter((job, number) =>
        number === 2 ? "ERROR_NO_PAPER" : "ok"
    );
    const slips = [1, 2, 3].map((id) => ({ ...SLIP, id }));
    const order = { uiState: {} };
    expect(await store.printScenicSlips(slips, { order })).toBe(false);
    expect(order.uiState.scenicPrinted).toBe(undefined);
    await waitFor(".o_scenic_print_problem");
    expect(queryAllTexts(".o_scenic_print_problem")[0]).toMatch(/2 of 3/);
    expect(jobs).toHaveLength(2);
    await click(
        ".o_scenic_print_problem .btn-primary, .o_scenic_print_problem .o_notification_buttons button"
    );
    await advanceTime(100);
    await animationFrame();
    await store.printScenicSlips([]);
    expect(await store._scenicListed({ id: 5 }).queue.exec(() => true)).toBe(true);
    expect(jobs).toHaveLength(4);
    expect(order.uiState.scenicPrinted).toBe(true);
});

test("a box that is off and a printer that it does not know are told apart", async () => {
    let reply = "off";
    const { store } = await windowWithPrinter(() => reply);
    expect(await store.printScenicSlips([SLIP])).toBe(false);
    await waitFor(".o_scenic_print_problem:contains(does not answer)");
    reply = "unknown";
    expect(await store.printScenicSlips([SLIP])).toBe(false);
    await waitFor(".o_scenic_print_problem:contains(does not know)");
});

test("a label without a label printer becomes a receipt", async () => {
    const { store } = await openWindow();
    const [printer, layout] = store.getScenicPrinter(LABEL);
    expect(printer.isBrowser).toBe(true);
    expect(layout.kind).toBe("receipt58");
});

test("a serial reader gives whole readings to whoever waits for them", async () => {
    let push;
    const readable = new ReadableStream({ start: (controller) => (push = controller) });
    const port = { open: async ({ baudRate }) => expect.step(baudRate), readable };
    const readings = [];
    const readers = new SerialReaders({
        serial: { getPorts: async () => [port] },
        baud: 115200,
        onReading: (text) => readings.push(text),
    });
    await readers.start();
    expect.verifySteps([115200]);
    await animationFrame();
    expect(readers.state.count).toBe(1);
    const send = async (text) => {
        push.enqueue(new TextEncoder().encode(text));
        await animationFrame();
    };
    await send("11010519491231");
    await send("002X\r\n");
    const release = readers.divert((text) => readings.push(`card ${text}`));
    await send("no enter");
    await advanceTime(200);
    release();
    await send(`${"x".repeat(600)}\nST1A\n`);
    expect(readings).toEqual(["11010519491231002X", "card no enter", "ST1A"]);
});
