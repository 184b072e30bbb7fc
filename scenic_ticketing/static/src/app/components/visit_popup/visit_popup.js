import { Component, useExternalListener, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { barcodeService } from "@barcodes/barcode_service";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { _t } from "@web/core/l10n/translation";
import { addDays, formatDay, nameOfDay } from "@scenic_ticketing/app/utils/visit_date";

const QUICK_QUANTITIES = [2, 3, 4, 5, 6, 8, 10];
const MAX_QUANTITY = 999;

/**
 * Ask for which day and how many, in as few touches as possible: a quick quantity or Enter
 * confirms, digits on the keyboard are the quantity, and a scan is one more.
 */
export class VisitPopup extends Component {
    static template = "scenic_ticketing.VisitPopup";
    static components = { Dialog };
    static props = {
        title: String,
        product: Object,
        today: String,
        lastDay: String,
        date: String,
        qty: Number,
        pax: Number,
        unitPrice: Number,
        isEdit: Boolean,
        // parts of a combo: only day and slot are chosen
        fixedQty: { type: Boolean, optional: true },
        slotId: { type: Number, optional: true },
        // persons who have their places already: those of the line that is changed
        heldPersons: { type: Number, optional: true },
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.quickQuantities = QUICK_QUANTITIES;
        this.state = useState({ date: this.props.date, qty: this.props.qty });
        // the first digit replaces the quantity, the next ones are appended
        this.typing = false;
        this.lastKeyAt = 0;
        this.qtyBeforeKeys = this.state.qty;
        useExternalListener(window, "keydown", this.onKeydown);
        useBarcodeReader({ product: this.onProductScanned, scenic_ticket: () => {} }, true);
    }

    get days() {
        return [0, 1, 2].map((count) => {
            const date = addDays(this.props.today, count);
            return {
                date,
                name: nameOfDay(date, this.props.today),
                label: formatDay(date, this.props.today),
                closed: date > this.props.lastDay,
            };
        });
    }
    get isOtherDay() {
        return !this.days.some((day) => day.date === this.state.date);
    }
    get otherDayLabel() {
        return this.isOtherDay && this.isDateAllowed
            ? formatDay(this.state.date, this.props.today)
            : _t("Other day");
    }
    get isDateAllowed() {
        return this.state.date >= this.props.today && this.state.date <= this.props.lastDay;
    }
    get dateProblem() {
        return _t("This ticket can be sold for visits from today until %(day)s.", {
            day: formatDay(this.props.lastDay, this.props.today),
        });
    }
    get ticketsLabel() {
        return this.props.pax > 1
            ? _t("Tickets, each for %s persons", this.props.pax)
            : _t("Tickets");
    }
    get confirmLabel() {
        const amount = this.env.utils.formatCurrency(this.props.unitPrice * this.state.qty);
        return this.props.isEdit
            ? _t("Change to %(count)s · %(amount)s", { count: this.state.qty, amount })
            : _t("Add %(count)s · %(amount)s", { count: this.state.qty, amount });
    }

    setDate(date) {
        this.state.date = date;
    }
    setQuantity(qty) {
        this.state.qty = Math.min(Math.max(qty, 1), MAX_QUANTITY);
    }
    step(count) {
        this.typing = false;
        this.setQuantity(this.state.qty + count);
    }
    confirmQuantity(qty) {
        this.setQuantity(qty);
        this.confirm();
    }
    confirm() {
        if (!this.canSell(this.state.qty)) {
            return;
        }
        this.props.getPayload(this.getVisit());
        this.props.close();
    }

    /** Whether so many tickets can be sold for what is chosen. */
    canSell(_qty) {
        return this.isDateAllowed;
    }
    getVisit() {
        return { date: this.state.date, qty: this.state.qty };
    }

    onKeydown(ev) {
        // a scanner ends with Enter too; that one is taken by the barcode service already
        if (ev.defaultPrevented || ev.ctrlKey || ev.altKey || ev.metaKey) {
            return;
        }
        if (ev.key === "Enter") {
            // otherwise the button that was touched last is clicked as well
            ev.preventDefault();
            this.confirm();
        } else if (ev.target.tagName !== "INPUT") {
            this.onQuantityKey(ev.key);
        }
    }
    onQuantityKey(key) {
        const now = performance.now();
        if (now - this.lastKeyAt > barcodeService.maxTimeBetweenKeysInMs) {
            this.qtyBeforeKeys = this.state.qty;
        }
        this.lastKeyAt = now;
        if (/^\d$/.test(key)) {
            const digits = this.typing ? `${this.state.qty}${key}` : key;
            this.setQuantity(Number(digits));
            this.typing = true;
        } else if (key === "Backspace") {
            this.setQuantity(Math.floor(this.state.qty / 10));
        } else if (key === "+" || key === "-") {
            this.step(key === "+" ? 1 : -1);
        }
    }
    async onProductScanned(barcode) {
        // the digits of the barcode were typed into the quantity while the scanner sent them
        this.state.qty = this.qtyBeforeKeys;
        const product = this.pos.models["product.product"].getBy("barcode", barcode.base_code);
        if (product?.id === this.props.product.id) {
            this.step(1);
        } else if (product) {
            this.confirm();
            await this.pos.addLineToCurrentOrder(
                { product_id: product, product_tmpl_id: product.product_tmpl_id },
                { code: barcode },
                product.needToConfigure()
            );
        }
    }
}
