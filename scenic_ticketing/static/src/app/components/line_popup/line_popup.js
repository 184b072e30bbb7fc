import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";

export const NOTE_LENGTH = 120;
const MAX_LIST_BYTES = 1024 * 1024;

/** What can be said about the tickets of a line: a note, one code for all, who comes, why free. */
export class LinePopup extends Component {
    static template = "scenic_ticketing.LinePopup";
    static components = { Dialog };
    static props = {
        line: Object,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.pos = usePos();
        this.noteLength = NOTE_LENGTH;
        const { line } = this.props;
        this.state = useState({
            note: line.scenicGateNote,
            together: line.isScenicTogether,
            freeId: line.scenicFreeReason?.id || 0,
            list: false,
            text: "",
            errors: [],
            message: "",
        });
        this.takeList = useTrackedAsync((content) => this._takeList(content));
    }
    get title() {
        return `${this.props.line.getFullProductName()} · ${this.props.line.getScenicVisitLabel()}`;
    }
    get persons() {
        return this.props.line.qty * (this.props.line.product_id.product_tmpl_id.scenic_pax || 1);
    }
    /** Words that gates need most, for fingers in gloves. */
    get phrases() {
        return [_t("Wheelchair"), _t("Stroller"), _t("Large luggage"), _t("Comes later")];
    }
    get canBeTogether() {
        // each ticket of a line with visitors has its own visitor
        return this.props.line.qty > 1 && this.props.line.scenicHolderMode !== "each";
    }
    get reasons() {
        // a copy: sorting the list of the model itself would draw the dialog again, for ever
        return this.pos.mayGiveScenicAway
            ? [...this.pos.models["scenic.free.reason"].getAll()].sort(
                  (a, b) => a.sequence - b.sequence || a.id - b.id
              )
            : [];
    }
    addPhrase(phrase) {
        const notes = this.state.note.split(", ").filter(Boolean);
        this.state.note = (
            notes.includes(phrase) ? notes.filter((note) => note !== phrase) : [...notes, phrase]
        )
            .join(", ")
            .slice(0, NOTE_LENGTH);
    }
    hasPhrase(phrase) {
        return this.state.note.split(", ").includes(phrase);
    }
    confirm() {
        const { line } = this.props;
        const { note, together, freeId } = this.state;
        line.saysScenic({ gate_note: note.trim().slice(0, NOTE_LENGTH), together });
        if (freeId) {
            line.giveScenicAway(freeId);
        } else if (line.scenicFreeReason) {
            line.chargeScenicAgain();
        }
        this.props.getPayload(true);
        this.props.close();
    }

    // --- list of visitors ---

    openList() {
        const why = _t("Documents are checked and sealed by the server.");
        if (!this.pos.refuseScenicOffline?.(_t("A list of visitors"), why)) {
            this.state.list = true;
        }
    }
    async loadFile(ev) {
        const [file] = ev.target.files;
        if (file && file.size <= MAX_LIST_BYTES) {
            const bytes = new Uint8Array(await file.arrayBuffer());
            const parts = [];
            for (let start = 0; start < bytes.length; start += 0x8000) {
                parts.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
            }
            await this.takeList.call({ base64: btoa(parts.join("")) });
        } else if (file) {
            this.state.errors = [];
            this.state.message = _t("The file is larger than 1 MB. Split it.");
        }
        ev.target.value = "";
    }
    async _takeList(content) {
        this.state.message = "";
        let answer;
        try {
            answer = await this.pos.takeScenicVisitors(this.props.line, content);
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
            this.state.message = _t("The server does not answer. Nothing was taken over.");
            return;
        }
        this.state.errors = answer.errors;
        if (!answer.errors.length) {
            // what was typed is sealed now: no copy of it stays in the page
            this.state.text = "";
            this.state.list = false;
            this.state.message = _t("%s visitors are on the tickets.", answer.count);
        }
    }
}
