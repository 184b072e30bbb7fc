import { Component, useExternalListener } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";

/** Ask whether the proofs of reductions were seen: once for the whole order, one touch or Enter. */
export class ProofPopup extends Component {
    static template = "scenic_ticketing.ProofPopup";
    static components = { Dialog };
    static props = {
        lines: Array,
        getPayload: Function,
        close: Function,
    };

    setup() {
        useExternalListener(window, "keydown", (ev) => {
            if (ev.key === "Enter" && !ev.defaultPrevented) {
                ev.preventDefault();
                this.confirm();
            }
        });
    }
    get proofs() {
        return this.props.lines.map((line) => ({
            key: line.uuid,
            count: line.qty,
            product: line.getFullProductName(),
            proof:
                line.product_id.product_tmpl_id.scenic_concession_proof ||
                _t("Proof of the reduction"),
        }));
    }
    confirm() {
        this.props.getPayload(true);
        this.props.close();
    }
}
