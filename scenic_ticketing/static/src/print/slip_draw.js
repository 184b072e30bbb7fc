import { _t } from "@web/core/l10n/translation";
import { qrMatrix } from "@scenic_ticketing/print/qr_matrix";
import { SlipPaper, burn } from "@scenic_ticketing/print/slip_paper";

// dots of the paper that the sizes below are made for
const DESIGN_DOTS = 384;
const SMALLEST_SCALE = 0.45;
const LOGO_DOTS = 160;

/** What a slip looks like where nobody has made a layout: the 58 mm receipt. */
export const PLAIN_LAYOUT = {
    id: 0,
    kind: "receipt58",
    width_dots: DESIGN_DOTS,
    length_dots: 0,
    code_drawing: "picture",
    header: "",
    footer: "",
    logo: false,
    show_site: true,
    show_product: true,
    show_validity: true,
    show_pax: true,
    show_price: true,
    show_alias: true,
    show_order: true,
    show_holder: false,
    show_note: true,
    show_copy: true,
};

/**
 * Draw a slip as black and white dots of a paper.
 *
 * @param {Object} slip see `ScenicTicket.slip`
 * @param {Object} layout a scenic.print.layout, or PLAIN_LAYOUT
 * @param {{dots?: number, drawCode?: boolean}} [options] dots across the paper of the printer;
 *   drawCode false leaves the place of the code white for a printer that draws it
 * @returns {Promise<{bitmap: Bitmap, code: {text: string, x: number, y: number, dots: number,
 *   size: number}|null}>} where the code is; x and y with its quiet zone
 */
export async function drawSlip(slip, layout, { dots = 0, drawCode = true } = {}) {
    const job = {
        slip,
        layout,
        drawCode,
        matrix: slip.code ? qrMatrix(slip.code) : null,
        logo: layout.logo ? await loadImage(layout.logo) : null,
    };
    if (!layout.length_dots) {
        return drawReceipt(job, dots ? Math.min(dots, layout.width_dots) : layout.width_dots);
    }
    const [width, length] = [layout.width_dots, layout.length_dots];
    if (layout.kind === "wristband_zpl") {
        return turned(drawWide(job, length, width));
    }
    return width > length ? drawWide(job, width, length) : drawTall(job, width, length);
}

function drawReceipt(job, width) {
    const paper = new SlipPaper(width, width / DESIGN_DOTS);
    const code = writeAll(paper, job, job.matrix && Math.floor(width / job.matrix.size));
    paper.gap(16);
    return { bitmap: burn(width, paper.height, [[paper, 0, 0]]), code };
}

/** A label that is longer than wide: as a receipt, but it has to fit. */
function drawTall(job, width, length) {
    const widest = job.matrix ? Math.floor(width / job.matrix.size) : 0;
    // texts give way before the code does
    for (let dots = widest; ; dots--) {
        for (let scale = width / DESIGN_DOTS; scale >= SMALLEST_SCALE; scale *= 0.92) {
            const paper = new SlipPaper(width, scale);
            const code = writeAll(paper, job, dots);
            if (paper.height <= length || (dots <= 3 && scale * 0.92 < SMALLEST_SCALE)) {
                return { bitmap: burn(width, length, [[paper, 0, 0]]), code };
            }
        }
    }
}

/** A label that is wider than long: the code at the left, the texts beside it. */
function drawWide(job, width, height) {
    const { matrix } = job;
    const dots = matrix ? Math.max(1, Math.floor(height / matrix.size)) : 0;
    const side = matrix ? matrix.size * dots : 0;
    const top = Math.floor((height - side) / 2);
    const parts = [];
    if (matrix) {
        const square = new SlipPaper(side, 1);
        square.code(matrix, dots, job.drawCode);
        parts.push([square, 0, top]);
    }
    // a band is long, but nobody reads a line of half a metre
    const room = Math.min(width - side, Math.max(DESIGN_DOTS, height * 3));
    for (let scale = Math.min(1.5, height / 200); ; scale *= 0.92) {
        const paper = new SlipPaper(room, scale);
        writeHead(paper, job);
        writeFacts(paper, job);
        writeNumber(paper, job);
        writeFoot(paper, job);
        if (paper.height <= height || scale < SMALLEST_SCALE) {
            parts.push([paper, side, Math.max(0, Math.floor((height - paper.height) / 2))]);
            break;
        }
    }
    const code = matrix && { text: job.slip.code, x: 0, y: top, dots, size: matrix.size };
    return { bitmap: burn(width, height, parts), code };
}

function turned({ bitmap, code }) {
    const side = code && code.size * code.dots;
    return {
        bitmap: bitmap.turned(),
        code: code && { ...code, x: bitmap.height - code.y - side, y: code.x },
    };
}

// --- parts of a slip, from top to bottom ---

function writeAll(paper, job, dots) {
    const { slip, matrix } = job;
    writeHead(paper, job);
    writeFacts(paper, job);
    let code = null;
    if (matrix) {
        paper.gap(4);
        const place = paper.code(matrix, Math.max(1, dots), job.drawCode);
        code = { text: slip.code, ...place, dots: Math.max(1, dots), size: matrix.size };
    } else {
        paper.gap(24);
        paper.text(_t("Show this number at the gate"), 22);
    }
    writeNumber(paper, job);
    writeFoot(paper, job);
    return code;
}

function writeHead(paper, { slip, layout, logo }) {
    paper.gap(8);
    if (logo) {
        paper.picture(logo, LOGO_DOTS);
        paper.gap(6);
    }
    if (layout.header) {
        paper.text(layout.header, 20);
    }
    if (layout.show_site && slip.site) {
        paper.text(slip.site, 26, { bold: true });
    }
    if (layout.show_product) {
        paper.text(slip.product, 30, { bold: true });
    }
    if (layout.show_copy && slip.copy) {
        paper.text(_t("Copy %s", slip.copy), 24, { bold: true });
    }
    paper.gap(4);
    paper.rule(2);
    paper.gap(6);
}

function writeFacts(paper, { slip, layout }) {
    const rows = [
        [layout.show_validity, _t("Visit date"), slip.validity],
        [layout.show_pax, _t("Persons"), String(slip.pax)],
        [layout.show_price, _t("Price"), slip.price],
        [layout.show_holder && slip.holder, _t("Holder"), slip.holder],
    ];
    for (const [shown, name, value] of rows) {
        if (shown) {
            paper.row(name, value, 22);
        }
    }
    if (layout.show_note && slip.note) {
        paper.gap(6);
        paper.framed(slip.note, 22);
    }
}

function writeNumber(paper, { slip, layout, matrix }) {
    // without a code the number is the ticket
    if (layout.show_alias || !matrix) {
        paper.text(slip.alias, 26, { bold: true, digits: true });
    }
}

function writeFoot(paper, { slip, layout }) {
    if (layout.footer) {
        paper.gap(6);
        paper.text(layout.footer, 20);
    }
    if (layout.show_order) {
        paper.gap(6);
        paper.rule(1);
        paper.gap(4);
        paper.row(slip.orderName, `${slip.number}/${slip.count}`, 18);
    }
}

function loadImage(base64) {
    return new Promise((resolve) => {
        const image = new Image();
        image.onload = () => resolve(image);
        // a broken logo is no reason not to print a ticket
        image.onerror = () => resolve(null);
        image.src = `data:image/png;base64,${base64}`;
    });
}
