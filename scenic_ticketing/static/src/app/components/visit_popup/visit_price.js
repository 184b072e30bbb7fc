import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { VisitPopup } from "@scenic_ticketing/app/components/visit_popup/visit_popup";
import { formatDay } from "@scenic_ticketing/app/utils/visit_date";
import { CLOSED, NO_TARIFF } from "@scenic_ticketing/app/utils/price_table";

/** The dialog shows what the chosen day costs, and offers no day that is not sold. */
patch(VisitPopup.prototype, {
    quoteOf(date, qty = this.state.qty) {
        return this.props.product.product_tmpl_id.getScenicQuote(date, qty);
    },
    isSold(date) {
        const { problem } = this.quoteOf(date);
        return !problem || problem === NO_TARIFF;
    },
    /** Return the price of one ticket for a day as the visitor pays it. */
    unitPriceOf(date, qty = this.state.qty) {
        const { amount } = this.quoteOf(date, qty);
        if (amount === null) {
            return this.props.unitPrice;
        }
        return this.props.product.getTaxDetails({ overridedValues: { price: amount } })
            .total_included;
    },
    get unitPrice() {
        return this.unitPriceOf(this.state.date);
    },
    /** Return the price that a button of a day shows; nothing without a tariff. */
    dayPriceLabel(date) {
        const { amount, problem } = this.quoteOf(date);
        if (problem === CLOSED) {
            return _t("closed");
        }
        return amount === null ? "" : this.env.utils.formatCurrency(this.unitPriceOf(date));
    },
    // EXTENDS scenic_ticketing
    get isDateAllowed() {
        return super.isDateAllowed && this.isSold(this.state.date);
    },
    // EXTENDS scenic_ticketing
    get days() {
        return super.days.map((day) => ({ ...day, closed: day.closed || !this.isSold(day.date) }));
    },
    // EXTENDS scenic_ticketing
    get dateProblem() {
        if (!super.isDateAllowed) {
            return super.dateProblem;
        }
        const day = formatDay(this.state.date, this.props.today);
        return this.quoteOf(this.state.date).problem === CLOSED
            ? _t("What this ticket opens is closed on %(day)s. Choose another day.", { day })
            : _t("There is no price for %(day)s yet. Choose another day.", { day });
    },
    // EXTENDS scenic_ticketing
    get confirmLabel() {
        const amount = this.env.utils.formatCurrency(this.unitPrice * this.state.qty);
        return this.props.isEdit
            ? _t("Change to %(count)s · %(amount)s", { count: this.state.qty, amount })
            : _t("Add %(count)s · %(amount)s", { count: this.state.qty, amount });
    },
});
