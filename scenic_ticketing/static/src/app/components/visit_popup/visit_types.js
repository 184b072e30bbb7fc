import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { VisitPopup } from "@scenic_ticketing/app/components/visit_popup/visit_popup";
import "@scenic_ticketing/app/components/visit_popup/visit_price";
import "@scenic_ticketing/app/components/visit_popup/visit_slot";
import { NO_TARIFF } from "@scenic_ticketing/app/utils/price_table";

const MAX_QUANTITY = 999;

/**
 * The dialog sells the other kinds of tickets of the same visit as well: a touch on a row is one
 * more of it, for the same day and slot. With a keyboard the arrows choose the row.
 */
patch(VisitPopup.prototype, {
    // EXTENDS scenic_ticketing
    setup() {
        super.setup(...arguments);
        const templates = this.props.isEdit
            ? []
            : this.pos.getScenicCompanions(this.ticketTemplate);
        this.others = useState(templates.map((template) => ({ template, qty: 0 })));
        // which row the keyboard counts: 0 is the product that was touched
        this.state.row = 0;
        this.pays = false;
    },
    get chosenOthers() {
        return this.others.filter((row) => row.qty > 0);
    },
    quoteOfRow(row, qty = Math.max(row.qty, 1)) {
        return row.template.getScenicQuote(this.state.date, qty);
    },
    /** Whether a row can be sold for the chosen day. */
    isRowSold(row) {
        const { problem } = this.quoteOfRow(row);
        const inTime = this.state.date <= row.template.getScenicLastDay();
        return inTime && (!problem || problem === NO_TARIFF);
    },
    rowPrice(row) {
        const { amount } = this.quoteOfRow(row);
        const product = row.template.product_variant_ids[0];
        const price = amount ?? product.getPrice(this.pos.getOrder()?.pricelist_id, 1);
        return product.getTaxDetails({ overridedValues: { price } }).total_included;
    },
    rowPriceLabel(row) {
        return this.isRowSold(row)
            ? this.env.utils.formatCurrency(this.rowPrice(row))
            : _t("not for this day");
    },
    stepRow(row, count) {
        row.qty = Math.min(Math.max(row.qty + count, 0), MAX_QUANTITY);
    },
    get ticketCount() {
        return this.chosenOthers.reduce((sum, row) => sum + row.qty, this.state.qty);
    },
    /** How many persons the other rows bring. */
    get otherPersons() {
        return this.chosenOthers.reduce(
            (sum, row) => sum + row.qty * (row.template.scenic_pax || 1),
            0
        );
    },
    // EXTENDS scenic_ticketing
    canSell(qty) {
        if (!super.canSell(qty) || this.chosenOthers.some((row) => !this.isRowSold(row))) {
            return false;
        }
        const left = this.personsLeft;
        return left === null || qty * this.props.pax + this.otherPersons <= left;
    },
    // EXTENDS scenic_ticketing
    get slotProblem() {
        const left = this.personsLeft;
        const wanted = this.state.qty * this.props.pax + this.otherPersons;
        return (
            super.slotProblem ||
            (left !== null && wanted > left
                ? _t("Only %s places are left.", Math.max(0, left))
                : "")
        );
    },
    /** Without contact: what was known last of the chosen day, and when. */
    get offerAge() {
        const known = this.offer.status === "offline" && this.offer.known;
        if (!known) {
            return "";
        }
        const time = luxon.DateTime.fromMillis(known.at).toFormat("HH:mm");
        const { dayLeft } = known;
        return dayLeft === null
            ? _t("The server does not answer. Places as of %s.", time)
            : _t("The server does not answer. %(left)s places on this day as of %(time)s.", {
                  left: dayLeft,
                  time,
              });
    },
    // EXTENDS scenic_ticketing
    get confirmLabel() {
        if (this.props.fixedQty) {
            return _t("For this visit");
        }
        if (!this.chosenOthers.length) {
            return super.confirmLabel;
        }
        const total = this.chosenOthers.reduce(
            (sum, row) => sum + this.rowPrice(row) * row.qty,
            this.unitPrice * this.state.qty
        );
        const amount = this.env.utils.formatCurrency(total);
        return _t("Add %(count)s · %(amount)s", { count: this.ticketCount, amount });
    },
    // EXTENDS scenic_ticketing
    getVisit() {
        const others = this.chosenOthers.map(({ template, qty }) => ({ template, qty }));
        return {
            ...super.getVisit(),
            ...(others.length && { others }),
            ...(this.pays && { pay: true }),
        };
    },
    /** Sell what is shown and go on to the payment. */
    confirmAndPay() {
        this.pays = true;
        this.confirm();
        this.pays = false;
    },
    // EXTENDS scenic_ticketing
    onKeydown(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step && this.others.length && ev.target.tagName !== "INPUT") {
            ev.preventDefault();
            this.state.row = Math.min(Math.max(this.state.row + step, 0), this.others.length);
            this.typing = false;
            return;
        }
        super.onKeydown(...arguments);
    },
    // EXTENDS scenic_ticketing
    onQuantityKey(key) {
        const row = this.others[this.state.row - 1];
        if (this.props.fixedQty) {
            return;
        }
        if (!row) {
            super.onQuantityKey(...arguments);
        } else if (/^\d$/.test(key)) {
            row.qty = Math.min(Number(this.typing ? `${row.qty}${key}` : key), MAX_QUANTITY);
            this.typing = true;
        } else if (key === "Backspace") {
            row.qty = Math.floor(row.qty / 10);
        } else if (key === "+" || key === "-") {
            this.typing = false;
            this.stepRow(row, key === "+" ? 1 : -1);
        }
    },
});
