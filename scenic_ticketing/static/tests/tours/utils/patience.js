import { patch } from "@web/core/utils/patch";
import { registry } from "@web/core/registry";

// a step has ten seconds, unless it says otherwise: too few where a machine stands still
const PATIENCE = 60000;

patch(registry.category("web_tour.tours"), {
    get(...args) {
        const tour = super.get(...args);
        const steps = () => tour.steps().map((step) => ({ timeout: PATIENCE, ...step }));
        return { ...tour, steps };
    },
});
