import {
    Component,
    onMounted,
    onPatched,
    onWillPatch,
    onWillStart,
    onWillUnmount,
    useRef,
    useState,
} from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { laneRank, minuteBars, siteClock, warningWords } from "./board_format";

const REFRESH_MS = 10000; // silence is noticed by time, not by a message
const GATHER_MS = 400; // many boxes report at once; one look answers them all
const OUTSIDE = -1; // lanes that lead into no zone
const KEEP = "scenic_gate_board"; // filters of this screen in this browser
const SIZES = [2.2, 2, 1.8, 1.6, 1.45, 1.3, 1.15, 1]; // of a wall screen: the largest that fits

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
        this.warningWords = warningWords();
        this.clock = siteClock;
        this.bars = minuteBars;
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
            first: kept.first !== false, // lanes in trouble come first
        });
        this.onHint = () => this.reloadSoon();
        this.onSize = () => this.fit();
        this.onFull = () => this.setWide(Boolean(document.fullscreenElement));
        onWillStart(() => this.load());
        onMounted(() => {
            this.bus.subscribe("scenic_gate_board", this.onHint);
            this.refresh = browser.setInterval(this.onHint, REFRESH_MS);
            document.addEventListener("fullscreenchange", this.onFull);
            browser.addEventListener("resize", this.onSize);
        });
        // a lane that gets into trouble moves; whoever stands on it stays on it
        onWillPatch(() => (this.focused = document.activeElement?.dataset?.lane));
        onPatched(() => {
            const lost = document.activeElement === document.body;
            if (this.focused && lost) {
                this.tiles.find((tile) => tile.dataset.lane === this.focused)?.focus();
            }
            this.fit();
        });
        onWillUnmount(() => {
            this.bus.unsubscribe("scenic_gate_board", this.onHint);
            browser.clearInterval(this.refresh);
            browser.clearTimeout(this.pending);
            document.removeEventListener("fullscreenchange", this.onFull);
            browser.removeEventListener("resize", this.onSize);
            this.setWide(false);
        });
        useHotkey("t", () => this.toggleTrouble(), { global: true });
        useHotkey("r", () => this.toggleFirst(), { global: true });
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
            this.state.at = this.clock(board.now, this.sites[0]?.tz, true);
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
        return lane.trouble || lane.warnings.length > 0;
    }

    lanesOf(site) {
        const zone = this.zones.find((item) => item.id === this.state.zone);
        const lanes = this.state.lanes.filter(
            (lane) =>
                lane.site_id === site.id &&
                (!this.state.zone || !zone || (lane.zone_id || OUTSIDE) === zone.id) &&
                (!this.state.trouble || this.isTrouble(lane))
        );
        return this.state.first ? lanes.sort((a, b) => laneRank(a) - laneRank(b)) : lanes;
    }

    get empty() {
        return this.sites.every((site) => !this.lanesOf(site).length);
    }

    // ----------------------------------------------------------- words

    rate(lane) {
        return lane.rate >= 10 ? Math.round(lane.rate) : Math.round(lane.rate * 10) / 10;
    }

    warnings(lane) {
        return lane.warnings.map((name) => this.warningWords[name] || name).join(" · ");
    }

    /** Marks the figure that a warning is about. */
    mark(lane, ...names) {
        return names.some((name) => lane.warnings.includes(name)) ? "text-danger fw-bold" : "";
    }

    disk(lane) {
        const mb = lane.disk_mb;
        return mb >= 1024 ? `${Math.round(mb / 1024)} GB` : `${mb} MB`;
    }

    // --------------------------------------------------------- actions

    keep() {
        const { site, zone, trouble, first } = this.state;
        browser.localStorage.setItem(KEEP, JSON.stringify({ site, zone, trouble, first }));
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

    toggleFirst() {
        this.state.first = !this.state.first;
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

    /** On a wall everything is as large as it can be without scrolling. */
    fit() {
        const root = this.root.el;
        const page = root?.querySelector(".o_scenic_board_page");
        if (!page) {
            return;
        }
        for (const size of this.state.wide ? SIZES : [1]) {
            root.style.setProperty("--scenic-size", size);
            if (page.scrollHeight <= page.clientHeight) {
                break;
            }
        }
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
