import { Component, onMounted, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const REFRESH_MS = 10000; // silence is noticed by time, not by a message
const GATHER_MS = 400; // many boxes report at once; one look answers them all
const OUTSIDE = -1; // lanes that lead into no zone
const KEEP = "scenic_gate_board"; // filters of this screen in this browser

const stateWords = () => ({
    idle: _t("Ready"),
    deciding: _t("Deciding"),
    opening: _t("Opening"),
    await: _t("Open"),
    closing: _t("Closing"),
    settle: _t("Closing"),
    held: _t("Held open"),
    emergency: _t("Emergency"),
    fault: _t("Fault"),
    stopped: _t("Stopped"),
    silent: _t("No contact"),
    no_barrier: _t("Barrier dead"),
    broken: _t("Device in trouble"),
    new: _t("Not paired"),
    quarantined: _t("Quarantined"),
    blocked: _t("Blocked"),
    unknown: _t("Not reported"),
});

const warningWords = () => ({
    drift: _t("Clock wrong"),
    clock: _t("Clock unsure"),
    disk: _t("Disk nearly full"),
    unsent: _t("Reports pile up"),
    exposure: _t("Limit nearly used"),
    drill: _t("Drill overdue"),
    lan: _t("Other boxes not heard"),
});

/** All lanes at a glance, for the control room. */
export class GateBoard extends Component {
    static template = "scenic_gate_iot.GateBoard";
    static components = {};
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.root = useRef("root");
        this.stateWords = stateWords();
        this.warningWords = warningWords();
        const kept = JSON.parse(browser.localStorage.getItem(KEEP) || "{}");
        this.state = useState({
            lanes: [],
            sites: [],
            loaded: false,
            lost: "",
            at: "",
            mayOpen: false,
            wide: false,
            site: kept.site || 0,
            zone: kept.zone || 0,
            trouble: Boolean(kept.trouble),
        });
        this.onHint = () => this.reloadSoon();
        this.onFull = () => this.setWide(Boolean(document.fullscreenElement));
        onWillStart(() => this.load());
        onMounted(() => {
            this.bus.subscribe("scenic_gate_board", this.onHint);
            this.refresh = browser.setInterval(this.onHint, REFRESH_MS);
            document.addEventListener("fullscreenchange", this.onFull);
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("scenic_gate_board", this.onHint);
            browser.clearInterval(this.refresh);
            browser.clearTimeout(this.pending);
            document.removeEventListener("fullscreenchange", this.onFull);
            this.setWide(false);
        });
        useHotkey("t", () => this.toggleTrouble(), { global: true });
        useHotkey("f", () => this.toggleFull(), { global: true });
        useHotkey("s", () => this.nextSite(), { global: true });
        for (const [key, step] of [
            ["arrowright", 1],
            ["arrowleft", -1],
        ]) {
            useHotkey(key, () => this.move(step), { allowRepeat: true });
        }
        useHotkey("arrowdown", () => this.moveRow(1), { allowRepeat: true });
        useHotkey("arrowup", () => this.moveRow(-1), { allowRepeat: true });
        useHotkey("o", () => this.focusedLane && this.open(this.focusedLane));
    }

    // ------------------------------------------------------------ data

    async load() {
        try {
            const board = await this.orm.silent.call("scenic.gate.board", "action_board", []);
            this.state.lanes = board.lanes;
            this.state.sites = board.sites;
            this.state.mayOpen = board.may_open;
            this.state.at = this.clock(board.now, true);
            this.state.lost = "";
        } catch {
            // old figures that look alive are worse than none: say so until the next answer
            this.state.lost = this.state.at || _t("the start");
        }
        this.state.loaded = true;
    }

    reloadSoon() {
        if (this.pending) {
            return;
        }
        this.pending = browser.setTimeout(async () => {
            await this.load();
            this.pending = null;
        }, GATHER_MS);
    }

    get chosenSite() {
        return this.state.sites.find((site) => site.id === this.state.site);
    }

    get sites() {
        return this.chosenSite ? [this.chosenSite] : this.state.sites;
    }

    get zones() {
        const zones = new Map();
        for (const lane of this.state.lanes) {
            if (!this.chosenSite || lane.site_id === this.chosenSite.id) {
                zones.set(lane.zone_id || OUTSIDE, lane.zone || _t("Outside"));
            }
        }
        return [...zones].map(([id, name]) => ({ id, name }));
    }

    isTrouble(lane) {
        return ["bad", "warn"].includes(lane.tone) || lane.warnings.length > 0;
    }

    lanesOf(site) {
        const zone = this.zones.find((item) => item.id === this.state.zone);
        return this.state.lanes.filter(
            (lane) =>
                lane.site_id === site.id &&
                (!this.state.zone || !zone || (lane.zone_id || OUTSIDE) === zone.id) &&
                (!this.state.trouble || this.isTrouble(lane))
        );
    }

    get empty() {
        return this.sites.every((site) => !this.lanesOf(site).length);
    }

    // ----------------------------------------------------------- words

    clock(text, seconds = false) {
        if (!text) {
            return "";
        }
        const moment = deserializeDateTime(text);
        if (Math.abs(moment.diffNow("hours").hours) > 20) {
            return moment.toFormat("MM-dd HH:mm");
        }
        return moment.toFormat(seconds ? "HH:mm:ss" : "HH:mm");
    }

    rate(lane) {
        return lane.rate >= 10 ? Math.round(lane.rate) : Math.round(lane.rate * 10) / 10;
    }

    warnings(lane) {
        return lane.warnings.map((name) => this.warningWords[name] || name).join(" · ");
    }

    disk(lane) {
        const mb = lane.disk_mb;
        return mb >= 1024 ? `${Math.round(mb / 1024)} GB` : `${mb} MB`;
    }

    bars(lane) {
        const most = Math.max(5, ...lane.minutes);
        return lane.minutes.map((count, index) => ({
            x: index * 2,
            y: 20 - (20 * count) / most,
            height: (20 * count) / most,
        }));
    }

    // --------------------------------------------------------- actions

    keep() {
        const { site, zone, trouble } = this.state;
        browser.localStorage.setItem(KEEP, JSON.stringify({ site, zone, trouble }));
    }

    choose(name, value) {
        this.state[name] = Number(value);
        if (name === "site") {
            this.state.zone = 0;
        }
        this.keep();
    }

    nextSite() {
        const ids = [0, ...this.state.sites.map((site) => site.id)];
        this.choose("site", ids[(ids.indexOf(this.state.site) + 1) % ids.length]);
    }

    toggleTrouble() {
        this.state.trouble = !this.state.trouble;
        this.keep();
    }

    async toggleFull() {
        if (document.fullscreenElement) {
            await document.exitFullscreen();
        } else {
            // dialogs live outside this component, so the whole page goes to full screen
            await document.documentElement.requestFullscreen?.();
        }
    }

    setWide(wide) {
        this.state.wide = wide;
        document.body.classList.toggle("o_scenic_control_room", wide);
    }

    get tiles() {
        return [...this.root.el.querySelectorAll(".o_scenic_tile")];
    }

    get focusedLane() {
        const id = Number(document.activeElement?.dataset?.lane);
        return this.state.lanes.find((lane) => lane.id === id);
    }

    move(step) {
        const { tiles } = this;
        const at = tiles.indexOf(document.activeElement);
        const next = at < 0 ? 0 : Math.min(tiles.length - 1, Math.max(0, at + step));
        tiles[next]?.focus();
    }

    moveRow(step) {
        const { tiles } = this;
        const first = tiles[0]?.offsetTop;
        this.move(step * Math.max(1, tiles.filter((tile) => tile.offsetTop === first).length));
    }

    async open(lane) {
        if (!this.state.mayOpen || lane.box_state !== "paired") {
            return;
        }
        const action = await this.orm.call("scenic.lane", "action_open_order", [[lane.id]]);
        await this.action.doAction(action, { onClose: this.onHint });
    }

    show(lane) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "scenic.lane",
            res_id: lane.id,
            views: [[false, "form"]],
        });
    }

    showIncidents(domain) {
        return this.action.doAction("scenic_ticketing.scenic_incident_action", {
            additionalContext: { search_default_open: 1, ...domain },
        });
    }

    onKey(ev, lane) {
        if (ev.key === "Enter" && ev.target === ev.currentTarget) {
            ev.preventDefault();
            this.show(lane);
        }
    }
}

registry.category("actions").add("scenic_gate_board", GateBoard);
