import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { parseFloat } from "@web/views/fields/parsers";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/** Ask what changes on the chosen days: the price of these days, of the season, or the season. */
export class DayDialog extends Component {
    static template = "scenic_ticketing.PriceDayDialog";
    static components = { Dialog };
    static props = {
        first: String,
        last: String,
        day: Object,
        season: { type: Object, optional: true },
        seasons: Array,
        product: Object,
        isPlain: Boolean,
        save: Function,
        close: Function,
    };

    setup() {
        this.state = useState({
            what: this.props.isPlain ? "days" : "line",
            amount: this.props.day.amount === null ? "" : String(this.props.day.amount),
            season: this.props.season?.id || this.props.seasons[0]?.id,
            problem: "",
            busy: false,
        });
    }
    get title() {
        return _t("%(product)s: %(days)s", { product: this.props.product.name, days: this.days });
    }
    get days() {
        const { first, last } = this.props;
        const label = (day) => DateTime.fromISO(day).toLocaleString(DateTime.DATE_MED_WITH_WEEKDAY);
        return first === last ? label(first) : `${label(first)} – ${label(last)}`;
    }
    get amount() {
        try {
            return parseFloat(this.state.amount.trim());
        } catch {
            return NaN;
        }
    }
    onSeason(ev) {
        this.state.season = Number(ev.target.value);
    }
    async confirm() {
        const { first, last, day, product } = this.props;
        const needsAmount = this.state.what !== "season";
        if (needsAmount && !(this.amount >= 0 && this.state.amount.trim())) {
            this.state.problem = _t("Enter the price of one ticket.");
            return;
        }
        const calls = {
            days: ["action_set_day_price", [product.id, first, last, this.amount]],
            line: ["action_set_line_price", [day.line_id, this.amount]],
            season: ["action_set_day_season", [this.state.season, first, last]],
        };
        this.state.busy = true;
        try {
            await this.props.save(...calls[this.state.what]);
            this.props.close();
        } catch (error) {
            if (!error.data?.message) {
                throw error;
            }
            this.state.problem = error.data.message;
        } finally {
            this.state.busy = false;
        }
    }
}
