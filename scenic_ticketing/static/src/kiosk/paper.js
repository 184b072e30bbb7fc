import { printOnBox } from "@scenic_ticketing/app/services/box_printer";
import { slipAction } from "@scenic_ticketing/print/print_data";
import { PLAIN_LAYOUT, drawSlip } from "@scenic_ticketing/print/slip_draw";
import { setWords } from "@web/core/l10n/translation";

const LABELS = ["label_zpl", "wristband_zpl"];
const DOTS_MM = 8;

/** Return the layout of a slip, and the printer that has its paper; null is the browser's own. */
function placeOf(slip, { layouts, printers }) {
    const layout = layouts[slip.layoutId] || PLAIN_LAYOUT;
    if (layout.kind === "browser") {
        return [layout, null];
    }
    if (!LABELS.includes(layout.kind)) {
        return [layout, printers.receipt || null];
    }
    // without a label printer the visitor gets a receipt rather than nothing
    return printers.label ? [layout, printers.label] : [PLAIN_LAYOUT, printers.receipt || null];
}

/**
 * Print tickets, from number `first` (0 is the first) on; `done(n)` tells that so many are out.
 *
 * Throws when a printer says that something is wrong. The browser's printer says nothing.
 */
export async function printTickets(sold, first, done) {
    setWords(sold.words);
    const pictures = [];
    let number = first;
    for (const slip of sold.slips.slice(first)) {
        const [layout, printer] = placeOf(slip, sold);
        if (printer) {
            await printOnBox(printer, await slipAction(slip, layout, printer));
        } else {
            pictures.push(await drawSlip(slip, layout));
        }
        number++;
        // what the browser prints comes out at the end, all at once
        if (!pictures.length) {
            done(number);
        }
    }
    if (pictures.length) {
        await printInBrowser(pictures);
        done(number);
    }
}

async function printInBrowser(pictures) {
    const paper = document.getElementById("paper");
    const images = pictures.map(({ bitmap }) => {
        const image = new Image();
        image.src = `data:image/png;base64,${bitmap.toPng()}`;
        image.style.width = `${bitmap.width / DOTS_MM}mm`;
        return image;
    });
    paper.replaceChildren(...images);
    await Promise.all(images.map((image) => image.decode()));
    window.print();
    paper.replaceChildren();
}
