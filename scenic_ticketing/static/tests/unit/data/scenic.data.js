import { patch } from "@web/core/utils/patch";
import { fields, models } from "@web/../tests/web_test_helpers";
import { hootPosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { PosOrderLine } from "@point_of_sale/../tests/unit/data/pos_order_line.data";
import { PosSession } from "@point_of_sale/../tests/unit/data/pos_session.data";
import { ProductProduct } from "@point_of_sale/../tests/unit/data/product_product.data";
import { ProductTemplate } from "@point_of_sale/../tests/unit/data/product_template.data";

export const ADULT = 9001;
export const CHILD = 9002;
export const RIDE = 9003;
export const SENIOR = 9004;

class ScenicSite extends models.ServerModel {
    _name = "scenic.site";

    _load_pos_data_fields() {
        return ["name", "tz"];
    }

    _records = [{ id: 1, name: "Cloud Mountain", code: 7, tz: "Asia/Shanghai" }];
}

class ScenicTicket extends models.ServerModel {
    _name = "scenic.ticket";

    _load_pos_data_fields() {
        return [
            "uid",
            "alias",
            "code",
            "product_id",
            "site_id",
            "visit_date",
            "slot_start",
            "slot_len",
            "valid_days",
            "state",
            "used_count",
            "pax",
            "seq",
            "pos_order_line_id",
            "refund_line_id",
        ];
    }
}

export class ScenicPrintLayout extends models.ServerModel {
    _name = "scenic.print.layout";

    _load_pos_data_fields() {
        return [];
    }
}

export class ScenicPrinter extends models.ServerModel {
    _name = "scenic.printer";

    _load_pos_data_fields() {
        return [];
    }
}

/** The server that answers when a window asks for a certificate: with none. */
class ScenicCertificate extends models.Model {
    _name = "scenic.certificate";

    pos_request() {
        return { certificates: [], products: {}, problem: "no_session", new_key: false };
    }
}

class ScenicFreeReason extends models.ServerModel {
    _name = "scenic.free.reason";

    _load_pos_data_fields() {
        return ["name", "sequence"];
    }

    _records = [
        { id: 1, name: "Guest", sequence: 1 },
        { id: 2, name: "Guide", sequence: 2 },
    ];
}

class ScenicSlot extends models.ServerModel {
    _name = "scenic.slot";

    _load_pos_data_fields() {
        return ["name"];
    }

    pos_places(wants) {
        return wants.map(() => ({ slot_left: null, day_left: null }));
    }
}

patch(hootPosModels, [
    ...hootPosModels,
    ScenicCertificate,
    ScenicSite,
    ScenicTicket,
    ScenicPrintLayout,
    ScenicPrinter,
    ScenicFreeReason,
    ScenicSlot,
]);

patch(PosSession.prototype, {
    _load_pos_data_models() {
        return [
            ...super._load_pos_data_models(...arguments),
            "scenic.site",
            "scenic.free.reason",
            "scenic.ticket",
            "scenic.print.layout",
            "scenic.printer",
        ];
    },
});

patch(PosOrderLine.prototype, {
    _load_pos_data_fields() {
        return [...super._load_pos_data_fields(...arguments), "scenic_data"];
    },
});

patch(ProductTemplate.prototype, {
    _load_pos_data_fields() {
        return [
            ...super._load_pos_data_fields(...arguments),
            "is_scenic_ticket",
            "scenic_site_id",
            "scenic_sale_days_ahead",
            "scenic_slot_required",
            "scenic_day_limited",
            "scenic_together",
            "scenic_pax",
            "scenic_concession_sale",
            "scenic_concession_proof",
            "scenic_deposit",
        ];
    },
});

// the mock server knows no related fields
ProductTemplate._fields.scenic_sale_days_ahead = fields.Integer();
ProductTemplate._fields.scenic_slot_required = fields.Boolean();
ProductTemplate._fields.scenic_day_limited = fields.Boolean();
ProductTemplate._fields.scenic_together = fields.Char();
ProductTemplate._fields.scenic_concession_sale = fields.Boolean();
ProductTemplate._fields.scenic_concession_proof = fields.Char();

function ticketProduct(id, name, price, barcode, values = {}) {
    ProductTemplate._records = [
        ...ProductTemplate._records,
        {
            id,
            name,
            display_name: name,
            list_price: price,
            type: "service",
            tracking: "none",
            uom_id: 1,
            available_in_pos: true,
            active: true,
            pos_categ_ids: [1],
            taxes_id: [],
            product_variant_ids: [id],
            is_scenic_ticket: true,
            scenic_site_id: 1,
            scenic_sale_days_ahead: 30,
            ...values,
        },
    ];
    ProductProduct._records = [
        ...ProductProduct._records,
        {
            id,
            product_tmpl_id: id,
            lst_price: price,
            display_name: name,
            barcode,
            product_tag_ids: [],
            pos_categ_ids: [1],
            product_template_attribute_value_ids: [],
            product_template_variant_value_ids: [],
        },
    ];
}

ticketProduct(ADULT, "Adult ticket", 120, "6901234567892", { scenic_together: "park" });
ticketProduct(CHILD, "Child ticket", 60, false, { scenic_together: "park" });
ticketProduct(SENIOR, "Senior ticket", 80, false, {
    scenic_together: "park",
    scenic_concession_sale: true,
    scenic_concession_proof: "Card of seniors",
});
ticketProduct(RIDE, "Cable car", 80, "6901234567908", { scenic_slot_required: true });
