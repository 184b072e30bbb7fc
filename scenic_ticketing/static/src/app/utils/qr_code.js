/* global ZXing */

// dots across the paper of a 58 mm printer
const PAPER_DOTS = 384;
// quiet zone that the QR standard asks for, in modules
const QUIET_ZONE = 4;

/**
 * Draw a text as a QR code whose modules all have the same whole size.
 *
 * Ticket codes are upper-case base32: the writer picks the alphanumeric mode for them and a ticket
 * becomes version 7, 53 modules wide with its quiet zone = 371 dots at 7 dots a module, which fits
 * the 384 dots of a 58 mm printer. Level M survives a folded or smudged slip. The other QR library
 * of the POS knows only byte mode and level L without a quiet zone: too dense for thermal paper.
 *
 * @param {string} text
 * @returns {{size: number, path: string, width: number, margin: number}} width in modules, an SVG
 *   path of the dark modules, and where it goes on the paper in whole dots: half a dot of margin
 *   would blur every edge of the code
 */
export function drawQrCode(text) {
    const hints = new Map([
        [ZXing.EncodeHintType.ERROR_CORRECTION, "M"],
        [ZXing.EncodeHintType.MARGIN, QUIET_ZONE],
    ]);
    const matrix = new ZXing.QRCodeWriter().encode(text, ZXing.BarcodeFormat.QR_CODE, 0, 0, hints);
    const size = matrix.getWidth();
    let path = "";
    for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
            let width = 0;
            while (x + width < size && matrix.get(x + width, y)) {
                width++;
            }
            if (width) {
                path += `M${x} ${y}h${width}v1h-${width}z`;
                x += width;
            }
        }
    }
    const width = size * Math.floor(PAPER_DOTS / size);
    return { size, path, width, margin: Math.floor((PAPER_DOTS - width) / 2) };
}
