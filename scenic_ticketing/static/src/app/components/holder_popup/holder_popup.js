import { Component, onMounted, useRef, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";

// the shortest whole machine-readable zone; what is shorter is one of its lines
const MRZ_LENGTH = 72;
const MRZ_LINE = /^[PIAC][A-Z0-9<]{29,43}$/;

/**
 * Ask who the tickets are for. A card reader types like a keyboard and ends with Enter, so one
 * touch of the card fills one place. What is typed goes to the server at once, which checks and
 * seals it; this dialog keeps the masked answer and nothing else.
 */
export class HolderPopup extends Component {
    static template = "scenic_ticketing.HolderPopup";
    static components = { Dialog };
    static props = {
        order: Object,
        problems: { type: Object, optional: true },
        getPayload: { type: Function, optional: true },
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.input = useRef("number");
        this.state = useState({
            current: 0,
            number: "",
            docType: "",
            name: "",
            phone: "",
            birthday: "",
            photo: "",
            lines: "",
            birthdayNeeded: false,
            problem: "",
            busy: false,
            problems: { ...this.props.problems },
        });
        this.state.current = this.firstOpen();
        // tickets and products that are scanned now are not meant for what lies below
        useBarcodeReader({ scenic_ticket: () => {}, product: () => {} }, true);
        onMounted(() => this.focus());
    }

    get places() {
        return this.props.order.scenicHolderPlaces.map((place, index) => {
            const holder = this.pos.scenicHolders[place.token];
            const problem = this.state.problems[place.token] || "";
            return {
                ...place,
                index,
                holder,
                problem,
                done: Boolean(place.token) && !problem,
                label: holder
                    ? [holder.name, holder.id_masked, holder.phone_masked]
                          .filter(Boolean)
                          .join(" · ")
                    : "",
            };
        });
    }
    get place() {
        return this.places[this.state.current];
    }
    get isComplete() {
        return this.places.every((place) => place.done);
    }
    get progress() {
        const done = this.places.filter((place) => place.done).length;
        return _t("%(done)s of %(total)s", { done, total: this.places.length });
    }
    get docTypes() {
        return [
            ["", _t("Recognised by the number")],
            ["cn_id", _t("Resident ID Card")],
            ["passport", _t("Passport")],
            ["hk_mo", _t("Travel Permit for Hong Kong and Macao Residents")],
            ["tw", _t("Travel Permit for Taiwan Residents")],
            ["foreign", _t("Foreign Permanent Resident ID Card")],
            ["other", _t("Other Document")],
        ];
    }
    get phonePlaceholder() {
        return this.place.phoneNeeded ? _t("Phone (needed)") : _t("Phone");
    }
    /** A number that does not tell the age leaves it to the cashier. */
    get asksBirthday() {
        return this.state.birthdayNeeded || !["", "cn_id"].includes(this.state.docType);
    }

    firstOpen() {
        const open = this.places.findIndex((place) => !place.done);
        return open < 0 ? 0 : open;
    }
    focus() {
        this.input.el?.focus();
    }
    choose(index) {
        this.state.current = index;
        this.clear();
        this.focus();
    }
    clear() {
        Object.assign(this.state, {
            number: "",
            docType: "",
            name: "",
            phone: "",
            birthday: "",
            photo: "",
            lines: "",
            birthdayNeeded: false,
            problem: "",
        });
    }

    /** A scanner sends a passport line by line, each with an Enter: wait for the last one. */
    onSubmit() {
        const line = this.state.number.trim().toUpperCase();
        const lines = this.state.lines + line;
        // the button is never disabled: a reader that types is faster than the screen
        if (!lines) {
            return;
        }
        if (line.includes("<") && (MRZ_LINE.test(line) || this.state.lines)) {
            if (lines.length < MRZ_LENGTH) {
                this.state.lines = lines;
                this.state.number = "";
                return;
            }
            this.state.number = lines;
        }
        this.state.lines = "";
        return this.take();
    }
    async take() {
        const place = this.place;
        if (this.state.busy || !place || (!this.state.number.trim() && place.token)) {
            return;
        }
        this.state.busy = true;
        try {
            const answer = await this.pos.takeScenicHolder(this.props.order, place, {
                number: this.state.number,
                doc_type: this.state.docType,
                name: this.state.name,
                phone: this.state.phone,
                birthday: this.state.birthday,
                photo: this.state.photo,
            });
            this.onAnswer(place, answer);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.problem = _t(
                "The server cannot be reached, so no document can be checked now."
            );
        } finally {
            this.state.busy = false;
            this.focus();
        }
    }
    onAnswer(place, answer) {
        if (answer.message) {
            this.state.problem = answer.message;
            this.state.birthdayNeeded ||= answer.reason === "E_BIRTHDAY_NEEDED";
            this.pos.sound.play("error");
            this.input.el?.select();
            return;
        }
        delete this.state.problems[place.token];
        this.clear();
        this.state.current = this.firstOpen();
    }
    onPhoto(ev) {
        const [file] = ev.target.files;
        if (!file) {
            return;
        }
        const reader = new FileReader();
        reader.onload = () => {
            this.state.photo = reader.result.split(",")[1];
            this.focus();
        };
        reader.readAsDataURL(file);
    }
}
