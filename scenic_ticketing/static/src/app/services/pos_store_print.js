import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PrintProblem } from "@scenic_ticketing/app/services/box_printer";
import {
    BrowserPrinter,
    ListedPrinter,
    ReceiptOnTicketPrinter,
    StockPrinter,
} from "@scenic_ticketing/app/services/ticket_printers";
import { dropForeignFonts } from "@scenic_ticketing/app/utils/foreign_fonts";
import { PLAIN_LAYOUT } from "@scenic_ticketing/print/slip_draw";

const LABELS = ["label_zpl", "wristband_zpl"];

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        this._scenicPrinters = new Map();
        dropForeignFonts();
        await super.setup(...arguments);
        const record = this.config.scenic_receipt_printer_id;
        if (record?.language && record.connection === "box" && !this.hardwareProxy.printer) {
            this.hardwareProxy.printer = new ReceiptOnTicketPrinter({ pos: this, record });
        }
    },

    // --- what is printed where ---

    /** Return the layout of a slip: its product's, else the window's, else the plain receipt. */
    getScenicLayout(slip) {
        const layouts = this.models["scenic.print.layout"];
        return layouts?.get(slip.layoutId) || this._scenicWindowLayout;
    },
    get _scenicWindowLayout() {
        return this.config.scenic_layout_id?.kind ? this.config.scenic_layout_id : PLAIN_LAYOUT;
    },
    /** Return the printer for a layout, and the layout that fits it. */
    getScenicPrinter(layout) {
        const { scenic_label_printer_id: labels, scenic_receipt_printer_id: receipts } =
            this.config;
        if (layout.kind === "browser") {
            return [this._scenicPrinter("browser", () => new BrowserPrinter(this)), layout];
        }
        if (LABELS.includes(layout.kind)) {
            if (labels?.language) {
                return [this._scenicListed(labels), layout];
            }
            // without a label printer the visitor gets a receipt rather than nothing
            const other = this._scenicWindowLayout;
            return this.getScenicPrinter(LABELS.includes(other.kind) ? PLAIN_LAYOUT : other);
        }
        if (receipts?.language) {
            return [this._scenicListed(receipts), layout];
        }
        const device = this.hardwareProxy.printer;
        if (device) {
            return [this._scenicPrinter(device, () => new StockPrinter(this, device)), layout];
        }
        return [this._scenicPrinter("browser", () => new BrowserPrinter(this)), layout];
    },
    _scenicListed(record) {
        return this._scenicPrinter(record.id, () => new ListedPrinter(this, record));
    },
    _scenicPrinter(key, make) {
        if (!this._scenicPrinters.has(key)) {
            this._scenicPrinters.set(key, make());
        }
        return this._scenicPrinters.get(key);
    },

    // --- printing ---

    /** Print one slip for each ticket of the order that still opens a gate. */
    async printScenicTickets(order) {
        const slips = order.scenicSlips || order.scenicTicketsToPrint.map((ticket) => ticket.slip);
        return this.printScenicSlips(slips, { order });
    },
    /**
     * Print slips, each by its layout on the printer for it. Printers work side by side, each one
     * job after the other. Never throws: what goes wrong is told and can be tried again, the sale
     * is done whatever a printer does.
     *
     * @param {Object[]} slips see `ScenicTicket.slip`
     * @param {{order?: PosOrder, reason?: string, browser?: boolean}} [options] order: which
     *   remembers that it is printed; browser: print there whatever the layout says
     * @returns {Promise<boolean>} whether all came out
     */
    async printScenicSlips(slips, options = {}) {
        if (!slips.length) {
            return false;
        }
        const jobs = this._scenicJobs(slips, options);
        const results = await Promise.all(
            jobs.map((job) => job.printer.queue.exec(() => this._runScenicJob(job, options)))
        );
        const printed = results.every(Boolean);
        if (printed && options.order) {
            options.order.uiState.scenicPrinted = true;
        }
        return printed;
    },
    _scenicJobs(slips, { browser }) {
        const jobs = [];
        for (const slip of slips) {
            const wanted = this.getScenicLayout(slip);
            const [printer, layout] = this.getScenicPrinter(
                browser ? { ...wanted, kind: "browser" } : wanted
            );
            let job = jobs.find((job) => job.printer === printer && job.layout.id === layout.id);
            if (!job) {
                job = { printer, layout, slips: [] };
                jobs.push(job);
            }
            job.slips.push(slip);
        }
        return jobs;
    },
    async _runScenicJob({ printer, layout, slips }, options) {
        let done = 0;
        try {
            await printer.printSlips(slips, layout, () => done++);
            return true;
        } catch (error) {
            if (!(error instanceof PrintProblem)) {
                console.error("Printing tickets failed", error);
            }
            this._tellScenicPrintProblem(error, slips.slice(done), done, {
                ...options,
                failedInBrowser: printer.isBrowser,
            });
            return false;
        }
    },
    /** Say what was not printed; not as a dialog, because the next visitor is being served. */
    _tellScenicPrintProblem(error, left, done, options) {
        const why = error instanceof PrintProblem ? error.message : _t("The printer failed.");
        const again = { order: options.order, reason: options.reason };
        const remove = this.notification.add(why, {
            title: done
                ? _t("%(left)s of %(all)s tickets were not printed", {
                      left: left.length,
                      all: left.length + done,
                  })
                : _t("Tickets were not printed (%s)", left.length),
            type: "danger",
            sticky: true,
            className: "o_scenic_print_problem",
            buttons: [
                {
                    name: _t("Print again"),
                    primary: true,
                    onClick: () => {
                        remove();
                        this.printScenicSlips(left, again);
                    },
                },
                ...(options.failedInBrowser
                    ? []
                    : [
                          {
                              name: _t("Print in the browser"),
                              onClick: () => {
                                  remove();
                                  this.printScenicSlips(left, { ...again, browser: true });
                              },
                          },
                      ]),
            ],
        });
    },
    /** Print any element on the receipt printer of the window, or in the browser. */
    async printScenicHtml(el) {
        const [printer] = this.getScenicPrinter({ ...PLAIN_LAYOUT });
        try {
            return Boolean(await printer.queue.exec(() => printer.printHtml(el)));
        } catch (error) {
            this.notification.add(
                error instanceof PrintProblem ? error.message : _t("The printer failed."),
                { type: "danger", title: _t("Printing failed") }
            );
            return false;
        }
    },
});
