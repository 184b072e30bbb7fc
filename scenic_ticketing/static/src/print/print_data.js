import { drawSlip } from "@scenic_ticketing/print/slip_draw";
import { CUT, START, qrCommand, raster } from "@scenic_ticketing/print/escpos";
import { QUIET_ZONE } from "@scenic_ticketing/print/qr_matrix";
import { label } from "@scenic_ticketing/print/zpl";

/**
 * Return a slip in the language of a printer, as the action of a stock IoT box that prints it.
 *
 * @param {Object} slip
 * @param {Object} layout
 * @param {{language: "escpos"|"zpl"|"picture", dots: string|number}} printer
 */
export async function slipAction(slip, layout, printer) {
    const native = layout.code_drawing === "printer" && printer.language !== "picture";
    const dots = printer.language === "zpl" ? 0 : Number(printer.dots) || 0;
    const { bitmap, code } = await drawSlip(slip, layout, { dots, drawCode: !native });
    if (printer.language === "zpl") {
        return documentAction(text(label(bitmap, native ? code : null)));
    }
    if (printer.language === "picture") {
        return pictureAction(bitmap, dots);
    }
    if (!native || !code) {
        return escposAction(bitmap, dots);
    }
    // the printer draws the modules only: the quiet zone around them is ours
    const quiet = QUIET_ZONE * code.dots;
    const side = code.size * code.dots;
    return documentAction([
        ...START,
        ...raster(bitmap.rows(0, code.y + quiet).centered(dots)),
        ...qrCommand(code.text, code.dots),
        ...raster(bitmap.rows(code.y + side - quiet, bitmap.height).centered(dots)),
        ...CUT,
    ]);
}

/** Print dots on a receipt printer. */
export function escposAction(bitmap, dots) {
    return documentAction([...START, ...raster(bitmap.centered(dots)), ...CUT]);
}

/** Let the driver of the box make the commands; PNG, because its black and white stay as they are. */
export function pictureAction(bitmap, dots) {
    return { action: "print_receipt", receipt: bitmap.centered(dots).toPng() };
}

/**
 * Bytes that the box hands to the printer as they are. Without an action's name: to the box the
 * empty name is an action that is switched off, the missing one means the same and is not.
 */
export function documentAction(bytes) {
    return { document: base64(bytes) };
}

function text(string) {
    return new TextEncoder().encode(string);
}

function base64(bytes) {
    let binary = "";
    for (const byte of bytes) {
        binary += String.fromCharCode(byte);
    }
    return btoa(binary);
}
