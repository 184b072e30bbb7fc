import { onWillUnmount, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { HolderPopup } from "@scenic_ticketing/app/components/holder_popup/holder_popup";
import "@scenic_ticketing/app/components/holder_popup/holder_reader";
import { canOpenReadings, followBoxReader } from "@scenic_ticketing/app/services/box_reader";

patch(HolderPopup.prototype, {
    setup() {
        super.setup(...arguments);
        const reader = this.pos.config.scenic_id_reader_id;
        this.boxReader = useState({ name: reader?._key ? reader.name : "", problem: "" });
        if (!this.boxReader.name) {
            return;
        }
        if (!canOpenReadings()) {
            this.boxReader.problem = "NO_HTTPS";
            return;
        }
        const { device, box_address, _key: key } = reader;
        const stop = followBoxReader(
            { device, box_address, key },
            {
                onReading: (reading) => this.onBoxReading(reading),
                onProblem: (code) => (this.boxReader.problem = code),
            }
        );
        onWillUnmount(stop);
    },
    onBoxReading({ number, name, doc_type }) {
        if (!this.state.busy) {
            Object.assign(this.state, { number, docType: doc_type || "" });
            this.state.name = name || this.state.name;
            this.onSubmit();
        }
    },
    get boxReaderProblem() {
        const { name, problem } = this.boxReader;
        const texts = {
            NO_HTTPS: _t("%s is only read over https. Open the window by https.", name),
            ERROR_UNREACHABLE: _t("%s does not answer. Is it switched on and plugged in?", name),
            ERROR_UNSIGNED: _t("%s has another key. Close and open this window.", name),
            BOX_UNREACHABLE: _t("The IoT box of %s does not answer.", name),
            NO_DEVICE: _t("The IoT box does not know %s.", name),
        };
        return problem && (texts[problem] || _t("%s reports an error: %s", name, problem));
    },
});
