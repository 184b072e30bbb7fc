import {
    Component,
    onMounted,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { BarcodeVideoScanner } from "@web/core/barcode/barcode_video_scanner";
import { useBus, useService } from "@web/core/utils/hooks";
import { HandheldManual } from "./handheld_manual";
import { HandheldResult } from "./handheld_result";
import { HandheldSetup } from "./handheld_setup";
import { HandheldStatus } from "./handheld_status";
import { allowSound, signal } from "./signals";

/* One screen: choose a place once, then one visitor after the other. */
export class HandheldApp extends Component {
    static template = "scenic_gate_iot.HandheldApp";
    static components = {
        BarcodeVideoScanner,
        HandheldManual,
        HandheldResult,
        HandheldSetup,
        HandheldStatus,
    };
    static props = { client: Object };

    setup() {
        this.client = this.props.client;
        this.info = this.client.info;
        this.work = useState(this.client.state);
        this.state = useState({
            answer: null,
            busy: false,
            camera: false,
            cameraError: "",
            manual: null, // {uid} of the ticket it is about
            menu: false,
            moving: false, // choosing another place
            message: "",
            now: Date.now(),
        });
        this.input = useRef("input");
        this.asked = null;
        const barcode = useService("barcode");
        useBus(barcode.bus, "barcode_scanned", ({ detail }) => this.scan(detail.barcode));
        // a phone counts the end of a touch as one, not its beginning
        useExternalListener(window, "click", allowSound);
        onMounted(() => {
            this.client.start();
            this.clock = setInterval(() => (this.state.now = Date.now()), 10000);
        });
        onWillUnmount(() => clearInterval(this.clock));
    }

    get place() {
        return this.info.places.find((place) => place.key === this.work.place);
    }

    get isSetup() {
        return this.work.setup || this.state.moving;
    }

    get canScan() {
        return this.work.ready && !this.isSetup && !this.work.problem && !this.work.blocked;
    }

    /* The camera sees a code many times; a code under judgement is not read again. */
    async scan(text, persons = 0, staff = false) {
        text = (text || "").trim();
        if (!text || !this.canScan || this.state.busy || this.state.manual) {
            return;
        }
        this.state.busy = true;
        this.asked = { text, persons, staff };
        try {
            this.state.answer = await this.client.call("scan", this.asked);
        } catch {
            // nothing is durable, so nobody goes in
            const reason = "E_STORE";
            this.state.answer = {
                reason,
                colour: "STAFF",
                admit: 0,
                text: this.info.texts[reason],
            };
        } finally {
            this.state.busy = false;
        }
        signal(this.state.answer.colour);
    }

    onType(ev) {
        if (ev.key === "Enter") {
            ev.stopPropagation();
            this.readInput();
        }
    }

    readInput() {
        const input = this.input.el;
        const text = input.value;
        input.value = "";
        input.blur();
        return this.scan(text);
    }

    confirm(persons) {
        return this.scan(this.asked.text, persons, true);
    }

    next() {
        this.state.answer = null;
    }

    async undo() {
        if (await this.client.call("undo")) {
            this.state.answer = null;
        }
    }

    openManual(uid = null) {
        this.state.manual = { uid };
        this.state.menu = false;
    }

    async admit(given) {
        const done = await this.client.call("admit", { ...given, uid: this.state.manual.uid });
        this.state.manual = null;
        const reason = done ? "OK" : "E_FAULT";
        this.state.answer = {
            reason,
            colour: done ? "GREEN" : "STAFF",
            admit: done ? given.persons : 0,
            text: this.info.texts[reason],
            manual: true,
            online: this.work.online,
        };
        signal(this.state.answer.colour);
    }

    toggleCamera() {
        this.state.camera = !this.state.camera;
        this.state.cameraError = "";
    }

    onCameraError(error) {
        this.state.camera = false;
        this.state.cameraError = error.message;
    }

    async choose(name, place) {
        this.state.message = "";
        try {
            await this.client.call("choose", { name, place });
            this.state.moving = false;
        } catch (error) {
            this.state.message = error.message;
        }
    }

    move() {
        Object.assign(this.state, { moving: true, menu: false, message: "" });
    }

    async leave() {
        if (!(await this.client.call("leave"))) {
            this.state.menu = "waiting";
            return;
        }
        for (const name of await caches.keys()) {
            if (name.startsWith("scenic-handheld-")) {
                await caches.delete(name);
            }
        }
        const worker = await navigator.serviceWorker?.getRegistration("/scenic/handheld");
        await worker?.unregister();
        window.location = "/web/session/logout?redirect=/odoo";
    }
}
