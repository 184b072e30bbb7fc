import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";

/** Find the deposits of a ticket or receipt, and put those that come back on the order. */
export class DepositPopup extends Component {
    static template = "scenic_ticketing.DepositPopup";
    static components = { Dialog };
    static props = {
        text: { type: String, optional: true },
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.state = useState({
            text: this.props.text || "",
            deposits: [],
            chosen: [],
            message: "",
        });
        this.find = useTrackedAsync(() => this._find());
        const scanned = ({ code }) => {
            this.state.text = code;
            return this.find.call();
        };
        // the number of a receipt is a barcode of no known kind
        useBarcodeReader({ scenic_ticket: scanned, error: scanned, product: scanned }, true);
        onWillStart(() => this.props.text && this._find());
    }
    async _find() {
        const text = this.state.text.trim();
        if (!text) {
            return;
        }
        Object.assign(this.state, { deposits: [], chosen: [], message: "" });
        try {
            const { deposits, message } = await this.pos.data.call("scenic.deposit", "pos_find", [
                text,
                this.pos.config.id,
            ]);
            // what lies in the order already is not offered again
            const taken = this.pos.getOrder()?.scenicDepositReturns || [];
            const ids = taken.flatMap((line) => line.scenic_data.deposits);
            this.state.deposits = deposits.filter((deposit) => !ids.includes(deposit.id));
            this.state.chosen = this.openIds;
            this.state.message = message;
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.message = _t(
                "Deposits are given back only while the server answers: another window may have returned them already."
            );
        }
    }
    onKeydown(ev) {
        if (ev.key === "Enter") {
            ev.preventDefault();
            this.find.call();
        }
    }
    get openIds() {
        return this.state.deposits
            .filter((deposit) => deposit.state === "open")
            .map((deposit) => deposit.id);
    }
    get chosen() {
        return this.state.deposits.filter((deposit) => this.state.chosen.includes(deposit.id));
    }
    get amount() {
        return this.chosen.reduce((sum, deposit) => sum + deposit.amount, 0);
    }
    format(amount) {
        return this.env.utils.formatCurrency(amount);
    }
    whenOf(deposit) {
        const returned = deposit.state !== "open";
        const moment = returned ? deposit.returned_at : deposit.taken_at;
        const text = moment ? formatDateTime(deserializeDateTime(moment)) : "";
        return returned ? _t("returned %s", text) : _t("taken %s", text);
    }
    toggle(id) {
        const { chosen } = this.state;
        this.state.chosen = chosen.includes(id)
            ? chosen.filter((other) => other !== id)
            : [...chosen, id];
    }
    async confirm() {
        const chosen = this.chosen;
        this.props.close();
        await this.pos.returnScenicDeposits(chosen);
    }
}
