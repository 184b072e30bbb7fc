import { onWillUnmount, useState } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";
import { HolderPopup } from "@scenic_ticketing/app/components/holder_popup/holder_popup";

patch(HolderPopup.prototype, {
    setup() {
        super.setup(...arguments);
        const readers = this.pos.scenicReaders;
        this.readers = useState(readers.state);
        // a card that is read now belongs to this dialog, whatever has the focus
        onWillUnmount(readers.divert((text) => this.onReading(text)));
    },
    onReading(text) {
        if (!this.state.busy) {
            this.state.number = text;
            this.onSubmit();
        }
    },
    connectReader() {
        return this.pos.scenicReaders.connect();
    },
});
