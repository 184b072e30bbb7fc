import { useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { VisitPopup } from "@scenic_ticketing/app/components/visit_popup/visit_popup";

/** The dialog shows the slots of the chosen day, and how many places all of them together have. */
patch(VisitPopup.prototype, {
    // EXTENDS scenic_ticketing
    setup() {
        super.setup(...arguments);
        this.offer = useState({ status: "none", slots: [], dayLeft: null });
        this.state.slotId = this.props.slotId || null;
        this.offerNo = 0;
        if (this.ticketTemplate.isScenicLimited) {
            useEffect(
                () => {
                    this.loadOffer();
                },
                () => [this.state.date]
            );
        }
    },
    get ticketTemplate() {
        return this.props.product.product_tmpl_id;
    },
    get asksSlot() {
        return Boolean(this.ticketTemplate.scenic_slot_required);
    },
    async loadOffer() {
        if (!this.isDateAllowed) {
            Object.assign(this.offer, { status: "none", slots: [], dayLeft: null });
            return;
        }
        const number = ++this.offerNo;
        this.offer.status = "loading";
        const offer = await this.pos.loadScenicOffer(this.props.product, this.state.date);
        if (number !== this.offerNo) {
            return; // another day was chosen meanwhile
        }
        Object.assign(this.offer, offer);
        if (!this.slot) {
            this.state.slotId = this.firstFreeSlot?.slot_id || null;
        }
    },
    get slot() {
        return this.offer.slots.find((slot) => slot.slot_id === this.state.slotId);
    },
    get firstFreeSlot() {
        return this.offer.slots.find((slot) => this.leftIn(slot) >= this.props.pax);
    },
    /** Return the places that this line can have in a slot: those left, and its own. */
    leftIn(slot) {
        return slot.left + (slot.slot_id === this.props.slotId ? this.props.heldPersons || 0 : 0);
    },
    slotClass(slot) {
        if (slot.slot_id === this.state.slotId) {
            return "btn-primary";
        }
        return slot.left * 5 < slot.capacity ? "btn-outline-warning" : "btn-secondary";
    },
    slotLeftLabel(slot) {
        return this.leftIn(slot) > 0 ? _t("%s left", this.leftIn(slot)) : _t("sold out");
    },
    get dayLeftLabel() {
        return this.offer.dayLeft === null
            ? ""
            : _t("%s places left on this day", this.offer.dayLeft);
    },
    get slotProblem() {
        if (this.offer.status === "ready" && this.asksSlot && !this.offer.slots.length) {
            return _t("There are no time slots on this day. Choose another day.");
        }
        if (this.offer.status === "offline" && this.asksSlot && !this.offer.slots.length) {
            return _t("Time slots can only be chosen while the server can be reached.");
        }
        const left = this.personsLeft;
        if (left !== null && left < this.state.qty * this.props.pax) {
            return _t("Only %s places are left.", Math.max(0, left));
        }
        return "";
    },
    /** How many persons the choice admits; null = as many as you like. */
    get personsLeft() {
        if (this.asksSlot) {
            return this.slot ? this.leftIn(this.slot) : null;
        }
        const { dayLeft } = this.offer;
        return dayLeft === null ? null : dayLeft + (this.props.heldPersons || 0);
    },
    selectSlot(slot) {
        this.state.slotId = slot.slot_id;
    },
    // EXTENDS scenic_ticketing
    canSell(qty) {
        if (!super.canSell(qty) || (this.asksSlot && !this.slot)) {
            return false;
        }
        return this.personsLeft === null || qty * this.props.pax <= this.personsLeft;
    },
    // EXTENDS scenic_ticketing
    getVisit() {
        return { ...super.getVisit(), slot: this.asksSlot ? { ...this.slot } : null };
    },
});
