import { onWillStart, onWillUnmount } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formView } from "@web/views/form/form_view";

/** Tell whoever gave an order to a lane what the box answered, on whatever screen he is. */
const answers = {
    dependencies: ["bus_service", "notification"],
    start(env, { bus_service: bus, notification }) {
        bus.subscribe("scenic_gate_answer", ({ title, text, good }) =>
            notification.add(text, { title, type: good ? "success" : "danger", sticky: !good })
        );
    },
};
registry.category("services").add("scenic_gate_answers", answers);

/** The form of a lane follows what its box tells, as long as nobody is typing in it. */
export class LaneFormController extends formView.Controller {
    setup() {
        super.setup();
        this.bus = useService("bus_service");
        this.onNews = () => this.follow();
        onWillStart(() => {
            this.bus.subscribe("scenic_gate_answer", this.onNews);
            this.bus.subscribe("scenic_gate_board", this.onNews);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("scenic_gate_answer", this.onNews);
            this.bus.unsubscribe("scenic_gate_board", this.onNews);
        });
    }

    async follow() {
        const record = this.model.root;
        if (!record.isNew && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("views").add("scenic_lane_form", { ...formView, Controller: LaneFormController });
