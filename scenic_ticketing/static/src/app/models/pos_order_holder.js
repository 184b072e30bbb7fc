import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /**
     * The places for holders that this order has: one for each ticket whose policy asks for each
     * visitor, and one for all those whose policy asks for one of the order.
     */
    get scenicHolderPlaces() {
        const places = [];
        const shared = this.scenicLines.filter((line) => line.scenicHolderMode === "order");
        if (shared.length) {
            places.push(this._scenicHolderPlace("order", _t("The order"), shared, 0));
        }
        for (const line of this.scenicLines) {
            if (line.scenicHolderMode !== "each") {
                continue;
            }
            for (let index = 0; index < line.qty; index++) {
                const title = `${line.getFullProductName()} · ${line.scenicVisitOnPaper}`;
                places.push(
                    this._scenicHolderPlace(
                        `${line.uuid}.${index}`,
                        line.qty > 1 ? `${title} · ${index + 1}` : title,
                        [line],
                        index
                    )
                );
            }
        }
        return places;
    },
    _scenicHolderPlace(key, title, lines, index) {
        const templates = lines.map((line) => line.product_id.product_tmpl_id);
        const tokens = lines.map((line) => line.scenicHolderTokens[index] || "");
        return {
            key,
            title,
            lines,
            index,
            // a line that came later still needs the one of the order
            token: tokens.every((token) => token === tokens[0]) ? tokens[0] : "",
            formerToken: tokens.find(Boolean) || "",
            phoneNeeded: templates.some((template) => template.scenic_phone_needed),
            photoWanted: templates.some((template) => template.scenic_photo_wanted),
        };
    },
    get scenicHoldersMissing() {
        return this.scenicHolderPlaces.filter((place) => !place.token).length;
    },
    /** What the server is asked to keep the IDs for. */
    get scenicHolderWants() {
        return this.scenicHolderPlaces.flatMap((place) =>
            place.lines.map((line) => ({ token: place.token, ...line.scenicHolderWant }))
        );
    },
});
