import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { TicketPopup } from "@scenic_ticketing/app/components/ticket_popup/ticket_popup";
import { VisitPopup } from "@scenic_ticketing/app/components/visit_popup/visit_popup";

const TODAY_MODE_KEY = "scenic_ticketing.today_mode";

patch(PosStore.prototype, {
    // EXTENDS point_of_sale
    async setup() {
        await super.setup(...arguments);
        this.scenicTodayMode = localStorage.getItem(this._scenicTodayModeKey) === "1";
        this.barcodeReader?.register({
            scenic_ticket: (barcode) => this.openScenicTicket(barcode.code),
        });
    },

    get sellsScenicTickets() {
        return this.models["product.template"].some((template) => template.is_scenic_ticket);
    },

    // --- sale ---

    get _scenicTodayModeKey() {
        return `${TODAY_MODE_KEY}.${this.config.id}`;
    },
    /** Sell for today without asking, or ask again. Each window remembers its own choice. */
    toggleScenicTodayMode() {
        this.scenicTodayMode = !this.scenicTodayMode;
        localStorage.setItem(this._scenicTodayModeKey, this.scenicTodayMode ? "1" : "0");
    },
    // EXTENDS point_of_sale
    async addLineToOrder(vals, order, opts = {}, configure = true) {
        const template =
            typeof vals.product_tmpl_id === "number"
                ? this.models["product.template"].get(vals.product_tmpl_id)
                : vals.product_tmpl_id;
        if (!template?.is_scenic_ticket || vals.scenic_data || order.isRefund) {
            const line = await super.addLineToOrder(...arguments);
            this._dateScenicLines(order);
            return line;
        }
        // a scanned product is one more ticket for the same day: nobody at a scanner wants a dialog
        const ask =
            configure &&
            (this._lacksScenicSlot(template, order) ||
                (!opts.code && this._mustAskScenicVisit(template, order)));
        const visit = ask
            ? await this._askScenicVisit(template, order)
            : this._repeatScenicVisit(template, order);
        if (!visit) {
            return;
        }
        order.uiState.scenicVisitDate = visit.date;
        const qty = visit.qty || vals.qty || 1;
        const data = { visit_date: visit.date, ...this._scenicSlotData(visit.slot) };
        const line = await super.addLineToOrder(
            { ...vals, qty, scenic_data: data },
            order,
            opts,
            configure
        );
        await this.addScenicCompanions(order, line, visit, data);
        await this.syncScenicHolds(order);
        return line;
    },
    /** Give tickets that came in without a date, as parts of a combo do, the date of the order. */
    _dateScenicLines(order) {
        for (const line of order.scenicLines) {
            if (!line.scenicVisitDate && !line.refunded_orderline_id) {
                const template = line.product_id.product_tmpl_id;
                line.setScenicVisitDate(this._scenicNextDate(template, order));
            }
        }
    },
    /** Return the date that the next ticket of this order is most likely for. */
    _scenicNextDate(template, order) {
        const today = template.getScenicToday();
        const last = order.uiState.scenicVisitDate;
        return last > today && last <= template.getScenicLastDay() ? last : today;
    },
    /**
     * Tell whether a click asks for date and quantity. A cashier who has said "today" in this order,
     * or works in today mode, just adds tickets; days ahead are asked every time, because a ticket
     * for the wrong day is found out only at the gate.
     */
    _mustAskScenicVisit(template, order) {
        const today = template.getScenicToday();
        if (this._scenicNextDate(template, order) !== today) {
            return true;
        }
        const saidToday = order.uiState.scenicVisitDate === today && order.scenicLines.length > 0;
        return !(this.scenicTodayMode || saidToday);
    },
    _askScenicVisit(template, order, line = null) {
        const price = template.getTaxDetails({
            overridedValues: {
                pricelist: order.pricelist_id,
                fiscalPosition: order.fiscal_position_id,
            },
        });
        return makeAwaitable(this.dialog, VisitPopup, {
            title: template.display_name || template.name,
            product: line ? line.product_id : template.product_variant_ids[0],
            today: template.getScenicToday(),
            lastDay: template.getScenicLastDay(),
            date: line?.scenicVisitDate || this._scenicNextDate(template, order),
            qty: line?.qty || 1,
            pax: template.scenic_pax || 1,
            unitPrice: line ? line.displayPriceUnit : price.total_included,
            isEdit: Boolean(line),
            slotId: (line || this._lastScenicLine(template, order))?.scenic_data?.slot_id,
            heldPersons: line ? line.qty * (template.scenic_pax || 1) : 0,
        });
    },
    /** Change date and quantity of a line that is not paid yet. */
    async editScenicLine(line) {
        const order = line.order_id;
        order.assertEditable();
        const visit = await this._askScenicVisit(line.product_id.product_tmpl_id, order, line);
        if (!visit) {
            return;
        }
        order.uiState.scenicVisitDate = visit.date;
        line.setScenicVisitDate(visit.date, this._scenicSlotData(visit.slot));
        line.setQuantity(visit.qty);
        this.tryMergeOrderline(order, line, line.price_type !== "manual");
        this.numberBuffer.reset();
        await this.syncScenicHolds(order);
    },

    /** Charge the move of a ticket with the order; the server moves it when that is paid. */
    async chargeScenicRebooking(ticket, offer, date, slotId) {
        const product = this.models["product.product"].get(offer.product_id);
        if (!product) {
            this.dialog.add(AlertDialog, {
                title: _t("Rebooking"),
                body: _t(
                    "This window does not know the rebooking product. Open the register again."
                ),
            });
            return;
        }
        const wish = { ticket: offer.uid, visit_date: date, slot_id: slotId || false };
        const line = await this.addLineToCurrentOrder(
            {
                product_tmpl_id: product.product_tmpl_id,
                product_id: product,
                price_unit: offer.charge,
                price_type: "manual",
                scenic_data: { rebook: wish },
            },
            {},
            false
        );
        if (line.priceIncl && Math.abs(line.priceIncl - offer.charge) > 0.001) {
            // the charge includes taxes, the price of this product does not
            line.price_unit = (offer.charge * offer.charge) / line.priceIncl;
        }
        line.setCustomerNote(`${ticket.alias} → ${date}`);
        this.navigate("ProductScreen", { orderUuid: line.order_id.uuid });
    },

    // --- tickets ---

    /** Fetch what happened to the tickets of an order; without the server nothing new is known. */
    async refreshScenicTickets(order) {
        if (!order.isSynced) {
            return;
        }
        try {
            await this.data.loadServerOrders([["id", "=", order.id]]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    },
    /** Return what giving tickets back would return, ticket by ticket; null without the server. */
    async getScenicRefundQuotes(refunds) {
        if (!refunds.length) {
            return [];
        }
        try {
            return await this.data.call("pos.order.line", "pos_scenic_refund_quotes", [refunds]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            return null;
        }
    },
    /**
     * Ask the server whether tickets may be given back, and show its sentence when not.
     *
     * @param {{line_id: number, qty: number, uids: string[], persons?: number}[]} refunds line_id is the sale line;
     *   without uids any unused tickets of it
     * @returns {Promise<boolean>}
     */
    async checkScenicRefund(refunds) {
        if (!refunds.length) {
            return true;
        }
        let problem;
        try {
            problem = await this.data.call("pos.order.line", "pos_check_scenic_refund", [refunds]);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            problem = _t("Tickets can only be given back while the server can be reached.");
        }
        if (problem) {
            this.dialog.add(AlertDialog, { title: _t("Refund not possible"), body: problem });
        }
        return !problem;
    },
    /** Show what a ticket is worth; without a code ask for it. */
    openScenicTicket(code = "") {
        this.dialog.add(TicketPopup, { code });
    },
    /** Go to a past order, where its tickets can be refunded or printed again. */
    async openScenicOrder(orderId) {
        const [order] = await this.data.loadServerOrders([["id", "=", orderId]]);
        if (order) {
            this.navigate("TicketScreen", {
                stateOverride: {
                    filter: "SYNCED",
                    search: { fieldName: "RECEIPT_NUMBER", searchTerm: order.pos_reference },
                    selectedOrderUuid: order.uuid,
                },
            });
        }
    },
    // EXTENDS point_of_sale
    postSyncAllOrders(orders) {
        super.postSyncAllOrders(...arguments);
        for (const order of orders) {
            if (order.uiState.scenicAwaited && order.scenicTicketsToPrint.length) {
                order.uiState.scenicAwaited = false;
                this._announceScenicTickets(order);
            }
        }
    },
    _announceScenicTickets(order) {
        const remove = this.notification.add(
            _t("The tickets of order %s can be printed now.", order.getName()),
            {
                type: "info",
                sticky: true,
                buttons: [
                    {
                        name: _t("Print tickets"),
                        primary: true,
                        onClick: async () => {
                            remove();
                            await this.printScenicTickets(order);
                        },
                    },
                ],
            }
        );
    },
});
