import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { formatCurrency } from "@web/core/currency";
import { Layout } from "@web/search/layout";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatFloat } from "@web/core/utils/numbers";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { DayDialog } from "./day_dialog";

const { DateTime } = luxon;

// what was asked last: kept when the user comes back from another screen
const KEPT = "scenic_ticketing.price_calendar";
const WEEK = [1, 2, 3, 4, 5, 6, 7];

/**
 * The month of one ticket product: what each day costs, by which season, and how a draft differs
 * from what is published. In a draft a day, or days from one to another, are changed by a click.
 */
export class PriceCalendar extends Component {
    static template = "scenic_ticketing.PriceCalendar";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        const kept = JSON.parse(browser.sessionStorage.getItem(KEPT) || "{}");
        this.state = useState({
            frame: null,
            month: null,
            ask: {
                tariff: this.props.action.params?.tariff_id || kept.tariff || false,
                product: kept.product || false,
                channel: kept.channel || false,
                quantity: kept.quantity || 1,
                lead: kept.lead || 0,
                month: kept.month || "",
            },
            // choosing several days: their first one, once it is touched
            several: false,
            from: "",
        });
        this.display = { controlPanel: {} };
        this.env.config.setDisplayName(_t("Price Calendar"));
        onWillStart(() => this.load());
    }

    get ask() {
        return this.state.ask;
    }
    get frame() {
        return this.state.frame;
    }

    // --- data ---

    async load() {
        const find = (...condition) => this.orm.search("scenic.tariff", [condition], { limit: 1 });
        const [found] = [
            // a draft may have been thrown away since
            ...(await find("id", "=", this.ask.tariff)),
            ...(await find("state", "=", "published")),
            ...(await find("state", "!=", "retired")),
        ];
        if (!found) {
            return;
        }
        this.ask.tariff = found;
        const frame = await this.orm.call("scenic.tariff", "action_frame", [[this.ask.tariff]]);
        this.state.frame = frame;
        if (!frame.products.some((product) => product.id === this.ask.product)) {
            this.ask.product = frame.products[0]?.id || false;
        }
        this.ask.month = this.ask.month || frame.today.slice(0, 7);
        await this.loadMonth();
    }
    async loadMonth() {
        this.state.from = "";
        this.state.several = false;
        if (!this.ask.product) {
            this.state.month = null;
            return;
        }
        browser.sessionStorage.setItem(KEPT, JSON.stringify(this.ask));
        const { tariff, product, month, channel, quantity, lead } = this.ask;
        this.state.month = await this.orm.call("scenic.tariff", "action_month", [
            [tariff],
            product,
            month,
            channel,
            quantity,
            lead,
        ]);
    }
    /** Change a part of the question; a new tariff brings its own products and seasons. */
    async change(name, value) {
        this.ask[name] = value;
        await (name === "tariff" ? this.load() : this.loadMonth());
    }
    onNumber(name, least, ev) {
        const value = Math.max(least, Math.trunc(Number(ev.target.value)) || least);
        ev.target.value = value;
        return this.change(name, value);
    }
    onChoice(name, ev) {
        return this.change(name, Number(ev.target.value) || false);
    }
    step(months) {
        const month = DateTime.fromISO(`${this.ask.month}-01`).plus({ months });
        return this.change("month", month.toFormat("yyyy-MM"));
    }
    goToday() {
        return this.change("month", this.frame.today.slice(0, 7));
    }

    // --- what the screen shows ---

    get monthLabel() {
        return DateTime.fromISO(`${this.ask.month}-01`).toLocaleString({
            month: "long",
            year: "numeric",
        });
    }
    get weekdays() {
        return WEEK.map((weekday) => DateTime.fromObject({ weekday }).toFormat("ccc"));
    }
    season(id) {
        return this.frame.seasons.find((season) => season.id === id);
    }
    money(amount) {
        return formatCurrency(amount, this.frame.currency_id);
    }
    /** Return an amount for the narrow cells of a phone: no symbol, no empty cents. */
    shortMoney(amount) {
        return formatFloat(amount, {
            digits: [0, Number.isInteger(amount) ? 0 : 2],
            thousandsSep: "",
        });
    }
    dayNumber(day) {
        return DateTime.fromISO(day.date).day;
    }
    cellClass(day) {
        const season = this.season(day.season_id);
        return {
            [`o_scenic_color_${season ? season.color % 12 : 0}`]: Boolean(season) && !day.closed,
            o_scenic_other_month: !day.in_month,
            o_scenic_past: day.past,
            o_scenic_today: day.date === this.frame.today,
            o_scenic_unsold: day.amount === null,
            o_scenic_differs: day.differs,
            o_scenic_contested: day.contested,
            o_scenic_from: day.date === this.state.from,
        };
    }
    /** Return in words what the colours of a day say. */
    cellTitle(day) {
        const parts = [DateTime.fromISO(day.date).toLocaleString(DateTime.DATE_HUGE)];
        const season = this.season(day.season_id);
        if (day.closed) {
            parts.push(_t("closed"));
        } else if (day.amount === null) {
            parts.push(_t("no price"));
        } else {
            parts.push(this.money(day.amount), season?.name || "");
        }
        if (day.differs) {
            parts.push(this.liveLabel(day));
        }
        if (day.contested) {
            parts.push(_t("two seasons of the same priority"));
        }
        return parts.filter(Boolean).join(" · ");
    }
    liveLabel(day) {
        return day.live === null
            ? _t("not sold so far")
            : _t("so far %(amount)s", { amount: this.money(day.live) });
    }
    get changedCount() {
        return this.state.month.days.filter((day) => day.in_month && day.differs).length;
    }
    get comparison() {
        const tariff = this.state.month.compared;
        return this.changedCount
            ? _t("Days of this month that differ from %(tariff)s, which is published: %(count)s", {
                  tariff,
                  count: this.changedCount,
              })
            : _t("This month is the same in %(tariff)s, which is published.", { tariff });
    }
    get usedSeasons() {
        const used = new Set(this.state.month.days.map((day) => day.season_id));
        return this.frame.seasons.filter((season) => used.has(season.id));
    }

    // --- changes ---

    /** The first of several days is kept, by Shift or by the button; the second one ends them. */
    onDay(day, ev) {
        if (!this.frame.editable) {
            return;
        }
        if ((ev.shiftKey || this.state.several) && !this.state.from) {
            this.state.from = day.date;
            return;
        }
        const days = [this.state.from || day.date, day.date].sort();
        this.state.from = "";
        this.state.several = false;
        const found = this.state.month.days.find((cell) => cell.date === days[0]) || day;
        this.dialog.add(DayDialog, {
            first: days[0],
            last: days[1],
            day: found,
            season: this.season(found.season_id),
            seasons: this.frame.seasons,
            product: this.frame.products.find((product) => product.id === this.ask.product),
            isPlain: !this.ask.channel && this.ask.quantity === 1 && !this.ask.lead,
            save: (method, args) => this.save(method, args),
        });
    }
    async save(method, args) {
        await this.orm.call("scenic.tariff", method, [[this.ask.tariff], ...args]);
        await this.load();
    }

    // --- other screens ---

    openTariff() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "scenic.tariff",
            res_id: this.ask.tariff,
            views: [[false, "form"]],
        });
    }
    async makeDraft() {
        const draft =
            this.frame.open_draft_id ||
            (await this.orm.call("scenic.tariff", "action_new_draft", [[this.ask.tariff]])).res_id;
        await this.change("tariff", draft);
    }
    copyYear() {
        return this.action.doAction("scenic_ticketing.scenic_price_copy_action", {
            additionalContext: { default_tariff_id: this.ask.tariff },
            onClose: () => this.load(),
        });
    }
    /** A year of this product from the shown month on, as a list that Odoo exports. */
    async openList() {
        const first = DateTime.fromISO(`${this.ask.month}-01`);
        const action = await this.orm.call("scenic.tariff", "action_day_list", [
            [this.ask.tariff],
            first.toISODate(),
            first.plus({ years: 1 }).minus({ days: 1 }).toISODate(),
            this.ask.product,
            this.ask.channel,
            this.ask.quantity,
            this.ask.lead,
        ]);
        return this.action.doAction(action);
    }
}

registry.category("actions").add("scenic_price_calendar", PriceCalendar);
