/* global ZXing */

// quiet zone that the QR standard asks for, in modules
export const QUIET_ZONE = 4;

/**
 * Return the modules of a QR code of a text, its quiet zone included.
 *
 * Ticket codes are upper-case base32: the writer picks the alphanumeric mode for them. Level M
 * survives a folded or smudged slip. The other QR library of the POS knows only byte mode and level
 * L without a quiet zone: too dense for thermal paper.
 *
 * @param {string} text
 * @returns {{size: number, isDark: (x: number, y: number) => boolean}}
 */
export function qrMatrix(text) {
    const hints = new Map([
        [ZXing.EncodeHintType.ERROR_CORRECTION, "M"],
        [ZXing.EncodeHintType.MARGIN, QUIET_ZONE],
    ]);
    const matrix = new ZXing.QRCodeWriter().encode(text, ZXing.BarcodeFormat.QR_CODE, 0, 0, hints);
    return { size: matrix.getWidth(), isDark: (x, y) => matrix.get(x, y) };
}
