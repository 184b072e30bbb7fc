import { Component, onMounted, useEffect, useRef, useState } from "@odoo/owl";
import { loadJS } from "@web/core/assets";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { drawSlip } from "@scenic_ticketing/print/slip_draw";

const ZXING = "/web/static/lib/zxing-library/zxing-library.js";
// as long as a ticket of a window, respectively one that was sold while the server was away
const LENGTHS = { short: 151, long: 368 };

/** The paper of a layout as the window would burn it, one pixel a dot. */
export class SlipPreview extends Component {
    static template = "scenic_ticketing.SlipPreview";
    static props = { ...standardWidgetProps };

    setup() {
        this.paper = useRef("paper");
        this.state = useState({ code: "short", ready: false });
        onMounted(async () => {
            await loadJS(ZXING);
            this.state.ready = true;
        });
        useEffect(
            () => {
                this.draw();
            },
            () => [JSON.stringify(this.layout), this.state.code, this.state.ready]
        );
    }
    get layout() {
        const { data } = this.props.record;
        const layout = {};
        for (const name of Object.keys(data)) {
            if (/^(show_|kind|width_|length_|code_|header|footer|logo)/.test(name)) {
                layout[name] = data[name];
            }
        }
        // an unsaved record says only how large its picture is
        const logo = /^[\d.]+ (bytes|Kb|Mb)/i.test(layout.logo || "") ? false : layout.logo;
        return { ...layout, logo };
    }
    get slip() {
        return {
            id: "preview",
            code: `ST1${"CAAAOINSYPKAAAAAAF2".repeat(20).slice(0, LENGTHS[this.state.code])}`,
            alias: "T123 4567 8901 2345",
            site: _t("Cloud Valley"),
            product: _t("Adult Ticket"),
            validity: "2026-05-01 09:00–11:00",
            pax: 1,
            price: "¥ 120.00",
            number: 1,
            count: 3,
            orderName: "2605-001-000042",
            holder: _t("L** (ID …1234)"),
            note: _t("Stroller: side door"),
        };
    }
    async draw() {
        const { width_dots: width, length_dots: length, kind } = this.layout;
        if (!this.state.ready || (length && (width < 100 || length < 100))) {
            return;
        }
        const dots = kind === "receipt80" ? 576 : 384;
        const { bitmap } = await drawSlip(this.slip, {
            ...this.layout,
            width_dots: length ? width : dots,
        });
        this.paper.el?.replaceChildren(bitmap.toCanvas());
    }
}

registry.category("view_widgets").add("scenic_slip_preview", { component: SlipPreview });
