import { onWillStart, onWillUnmount } from "@odoo/owl";

import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";

// Boxes are told apart from silent ones by the time since their last call, so the board has to
// look again even when nothing arrives.
const REFRESH_MS = 30000;
// A morning with forty boxes sends many hints at once; one reload answers them all.
const GATHER_MS = 500;

export class LaneBoardController extends kanbanView.Controller {
    setup() {
        super.setup();
        this.bus = useService("bus_service");
        this.onHint = () => this.reloadSoon();
        onWillStart(() => {
            this.bus.subscribe("scenic_gate_board", this.onHint);
            this.bus.start();
            this.refresh = setInterval(this.onHint, REFRESH_MS);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("scenic_gate_board", this.onHint);
            clearInterval(this.refresh);
            clearTimeout(this.pending);
        });
    }

    reloadSoon() {
        clearTimeout(this.pending);
        this.pending = setTimeout(() => this.model.load(), GATHER_MS);
    }
}

registry.category("views").add("scenic_lane_board", {
    ...kanbanView,
    Controller: LaneBoardController,
});
