import { HWPrinter } from "@point_of_sale/app/utils/printer/hw_printer";
import { BasePrinter } from "@point_of_sale/app/utils/printer/base_printer";
import { htmlToCanvas } from "@point_of_sale/app/services/render_service";
import { ConnectionLostError } from "@web/core/network/rpc";
import { Mutex } from "@web/core/utils/concurrency";
import { renderToElement } from "@web/core/utils/render";
import {
    SLIP_TOOLS,
    TicketSlips,
} from "@scenic_ticketing/app/components/ticket_slips/ticket_slips";
import { PrintProblem, printOnBox } from "@scenic_ticketing/app/services/box_printer";
import { Bitmap } from "@scenic_ticketing/print/bitmap";
import { ESC } from "@scenic_ticketing/print/escpos";
import {
    documentAction,
    escposAction,
    pictureAction,
    slipAction,
} from "@scenic_ticketing/print/print_data";
import { PLAIN_LAYOUT, drawSlip } from "@scenic_ticketing/print/slip_draw";

/** A printer with its queue. `printSlips` counts in `done` what came out, and throws PrintProblem. */
class TicketPrinter {
    constructor(pos) {
        this.pos = pos;
        this.queue = new Mutex();
    }
    get isBrowser() {
        return false;
    }
    async printSlips(slips, layout, done) {
        for (const slip of slips) {
            await this.printSlip(slip, layout);
            done();
        }
    }
}

/** The print dialog of the browser: all slips are one document. */
export class BrowserPrinter extends TicketPrinter {
    get isBrowser() {
        return true;
    }
    async printSlips(slips, layout, done) {
        const el = renderToElement(TicketSlips.template, { ...SLIP_TOOLS, slips, layout });
        if (!(await this.printHtml(el))) {
            throw new PrintProblem("BROWSER", "");
        }
        slips.forEach(done);
    }
    printHtml(el) {
        const { hardwareProxy, printer, printOptions } = this.pos;
        return hardwareProxy.printer ? printer.printWeb(el) : printer.printHtml(el, printOptions);
    }
}

/** The receipt printer that Odoo itself knows: hardware proxy or Epson. */
export class StockPrinter extends TicketPrinter {
    constructor(pos, device) {
        super(pos);
        this.device = device;
    }
    async printSlip(slip, layout) {
        const { bitmap } = await drawSlip(slip, layout);
        let answer;
        try {
            answer = await this.device.sendPrintingJob(this._picture(bitmap));
        } catch (error) {
            const lost = error instanceof ConnectionLostError;
            throw this._problem(
                lost ? this.device.getOfflineError() : this.device.getActionError()
            );
        }
        if (!answer || answer.result === false) {
            throw this._problem(this.device.getResultsError(answer));
        }
    }
    _picture(bitmap) {
        // the box opens any picture: without loss, the dots stay as they are
        return this.device instanceof HWPrinter
            ? bitmap.toPng()
            : this.device.processCanvas(bitmap.toCanvas());
    }
    _problem({ message, errorCode }) {
        return new PrintProblem(
            errorCode || "ERROR_FAILED",
            [message?.title, message?.body].filter(Boolean).join(": ")
        );
    }
    printHtml(el) {
        return this.pos.printer.printHtml(el, this.pos.printOptions);
    }
}

/** A printer of the list: on an IoT box, or on the hardware proxy of the window. */
export class ListedPrinter extends TicketPrinter {
    constructor(pos, record) {
        super(pos);
        this.record = record;
    }
    async printSlip(slip, layout) {
        await this._send(await slipAction(slip, layout, this.record));
    }
    async _send(action) {
        if (this.record.connection === "box") {
            return printOnBox(this.record, action);
        }
        const device = this.pos.hardwareProxy.printer;
        if (!(device instanceof HWPrinter)) {
            throw new PrintProblem("NO_PROXY", "");
        }
        let printed;
        try {
            printed = await device.sendAction(action);
        } catch {
            throw new PrintProblem("BOX_UNREACHABLE", device.getActionError().message.body);
        }
        if (!printed) {
            throw new PrintProblem("NO_DEVICE", device.getResultsError().message.body);
        }
    }
    async printHtml(el) {
        const dots = Number(this.record.dots) || 384;
        el.style.width = `${dots}px`;
        const canvas = await htmlToCanvas(el, { addClass: "pos-receipt-print" });
        const bitmap = Bitmap.fromCanvas(canvas);
        const make = this.record.language === "picture" ? pictureAction : escposAction;
        await this._send(make(bitmap, dots));
        return true;
    }
}

/**
 * The ticket printer of the window as Odoo's receipt printer, for windows that have no other: their
 * receipts, reports and cash drawer go the same way as their tickets.
 */
export class ReceiptOnTicketPrinter extends BasePrinter {
    setup({ pos, record }) {
        super.setup(...arguments);
        Object.assign(this, { pos, record });
    }
    processCanvas(canvas) {
        return Bitmap.fromCanvas(canvas);
    }
    async sendPrintingJob(bitmap) {
        const printer = this.pos.getScenicPrinter({ ...PLAIN_LAYOUT })[0];
        const make = this.record.language === "picture" ? pictureAction : escposAction;
        const dots = Number(this.record.dots) || PLAIN_LAYOUT.width_dots;
        try {
            await printer.queue.exec(() =>
                printOnBox(this.record, make(bitmap.narrowed(dots), dots))
            );
        } catch (error) {
            return { result: false, message: error.message };
        }
        return { result: true };
    }
    async openCashbox() {
        const pulse = documentAction([ESC, 0x70, 0, 25, 25]);
        return printOnBox(this.record, pulse).catch(() => {});
    }
    getResultsError(answer) {
        const failure = super.getResultsError(answer);
        failure.message.body = answer?.message || failure.message.body;
        return failure;
    }
}
