import { Component, onWillUpdateProps, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatDayForPaper } from "@scenic_ticketing/app/utils/visit_date";

/** An order of a channel: which of its vouchers are exchanged for tickets now. */
export class VoucherPanel extends Component {
    static template = "scenic_ticketing.VoucherPanel";
    static props = { voucher: Object, busy: Boolean, onExchange: Function, onShow: Function };

    setup() {
        this.state = useState({ chosen: this.openIds(this.props.voucher) });
        onWillUpdateProps(({ voucher }) => {
            if (voucher !== this.props.voucher) {
                this.state.chosen = this.openIds(voucher);
            }
        });
    }

    /** All that can be exchanged is chosen: the whole family stands at the window. */
    openIds(voucher) {
        return voucher.items.filter((item) => !item.obstacle).map((item) => item.id);
    }
    isChosen(item) {
        return this.state.chosen.includes(item.id);
    }
    touch(item) {
        if (item.alias) {
            this.props.onShow(item.alias);
        } else if (!item.obstacle) {
            const { chosen } = this.state;
            this.state.chosen = this.isChosen(item)
                ? chosen.filter((id) => id !== item.id)
                : [...chosen, item.id];
        }
    }
    itemLabel(item) {
        const day = [formatDayForPaper(item.visit_date), item.slot].filter(Boolean).join(" ");
        return [item.product, day].join(" · ");
    }
    get title() {
        const { channel, number } = this.props.voucher;
        return `${channel} ${number}`;
    }
    get exchangeLabel() {
        return _t("Exchange for tickets (%s)", this.state.chosen.length);
    }
}
