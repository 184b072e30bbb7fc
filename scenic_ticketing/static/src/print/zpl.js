import { QUIET_ZONE } from "@scenic_ticketing/print/qr_matrix";

/**
 * Return a label in ZPL II.
 *
 * @param {Bitmap} bitmap the whole label, one bit a dot
 * @param {{text: string, x: number, y: number, dots: number}} [code] a QR code that the printer
 *   draws; x and y are where its quiet zone begins
 */
export function label(bitmap, code = null) {
    const lines = [
        "^XA",
        `^PW${bitmap.width}`,
        `^LL${bitmap.height}`,
        "^LH0,0",
        `^FO0,0^GFA,${bitmap.bytes.length},${bitmap.bytes.length},${bitmap.stride},${hex(bitmap)}^FS`,
    ];
    if (code) {
        const quiet = QUIET_ZONE * code.dots;
        // MA: level M, the printer finds the mode; in base32 there is no sign that it reads as order
        lines.push(
            `^FO${code.x + quiet},${code.y + quiet}^BQN,2,${Math.min(10, code.dots)}^FDMA,${code.text}^FS`
        );
    }
    return [...lines, "^PQ1", "^XZ", ""].join("\n");
}

/** Return the rows as hex digits; "," ends a row that goes on white, ":" repeats the one before. */
function hex(bitmap) {
    const rows = [];
    let before = null;
    for (let y = 0; y < bitmap.height; y++) {
        const bytes = bitmap.bytes.subarray(y * bitmap.stride, (y + 1) * bitmap.stride);
        const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
        const row = digits.toUpperCase().replace(/0+$/, "");
        const text = row.length < digits.length ? `${row},` : row;
        rows.push(text === before ? ":" : text);
        before = text;
    }
    return rows.join("");
}
