import { ProductTemplate } from "@point_of_sale/app/models/product_template";
import { patch } from "@web/core/utils/patch";
import { addDays, todayAt } from "@scenic_ticketing/app/utils/visit_date";

patch(ProductTemplate.prototype, {
    /** Return the day it is now at the site of this ticket. Not a getter: those are cached. */
    getScenicToday() {
        return todayAt(this.scenic_site_id?.tz);
    },
    get isScenicLimited() {
        return Boolean(this.scenic_slot_required || this.scenic_day_limited);
    },
    /** Return the last visit date that can be sold today. */
    getScenicLastDay() {
        return addDays(this.getScenicToday(), this.scenic_sale_days_ahead || 0);
    },
});
