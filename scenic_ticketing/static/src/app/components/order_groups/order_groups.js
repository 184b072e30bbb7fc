import { useState } from "@odoo/owl";
import { OrderDisplay } from "@point_of_sale/app/components/order_display/order_display";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { scenicPlaces, visitKey } from "@scenic_ticketing/app/services/pos_store_places";

const FEW = 10;

function groupOf(line) {
    return line.scenicVisitDate ? `${line.scenicVisitDate} ${line.scenicSlotTime}` : "";
}

function least(numbers) {
    const known = numbers.filter((number) => typeof number === "number");
    return known.length ? Math.min(...known) : null;
}

/** Tickets of one visit stand together under its day and slot, with the places left of it. */
patch(OrderDisplay.prototype, {
    // EXTENDS point_of_sale
    setup() {
        super.setup(...arguments);
        this.scenicPlaces = useState(scenicPlaces);
    },
    get groupsScenicLines() {
        return this.props.mode !== "receipt";
    },
    // EXTENDS point_of_sale
    get comboSortedLines() {
        const lines = super.comboSortedLines;
        if (!this.groupsScenicLines || !lines.some((line) => groupOf(line))) {
            return lines;
        }
        // parts of a combo stay with it; visits in the order of the calendar, goods at the end
        const blocks = [];
        for (const line of lines) {
            if (line.combo_parent_id && blocks.length) {
                blocks.at(-1).lines.push(line);
            } else {
                blocks.push({ lines: [line] });
            }
        }
        for (const block of blocks) {
            block.group = block.lines.map(groupOf).filter(Boolean).sort()[0] || "~";
        }
        blocks.sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0));
        return blocks.flatMap((block) => block.lines);
    },
    /** Return the heading that stands above a line, or nothing when the one above goes on. */
    scenicHeading(line, lines) {
        if (!this.groupsScenicLines) {
            return null;
        }
        const group = groupOf(line);
        const above = lines.slice(0, lines.indexOf(line)).findLast((other) => groupOf(other));
        if (!group || (above && groupOf(above) === group)) {
            return null;
        }
        return {
            title: line.getScenicVisitLabel(),
            isToday: line.isScenicVisitToday(),
            places: this._scenicPlacesOf(lines.filter((other) => groupOf(other) === group)),
        };
    },
    _scenicPlacesOf(lines) {
        const known = lines.map((line) => this.scenicPlaces.known[visitKey(line)]).filter(Boolean);
        if (!known.length) {
            return null;
        }
        const slotLeft = least(known.map((places) => places.slotLeft));
        const dayLeft = least(known.map((places) => places.dayLeft));
        const left = least([slotLeft, dayLeft]);
        if (left === null) {
            return null;
        }
        const at = luxon.DateTime.fromMillis(Math.min(...known.map((places) => places.at)));
        return {
            texts: [
                slotLeft !== null && _t("%s left", slotLeft),
                dayLeft !== null && _t("%s on this day", dayLeft),
                this.scenicPlaces.stale && _t("as of %s", at.toFormat("HH:mm")),
            ].filter(Boolean),
            state: this.scenicPlaces.stale
                ? "stale"
                : left <= 0
                  ? "none"
                  : left < FEW
                    ? "few"
                    : "free",
        };
    },
});
