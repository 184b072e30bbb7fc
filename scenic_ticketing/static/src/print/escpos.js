// rows in one raster command: old printers keep no more in memory
const SLICE_ROWS = 255;
export const ESC = 0x1b;
const GS = 0x1d;

/** ESC @, ESC a 1: begin anew, print in the middle of the paper. */
export const START = [ESC, 0x40, ESC, 0x61, 1];
/** GS V 65 10: feed past the cutter, cut. */
export const CUT = [GS, 0x56, 65, 10];

/** GS v 0: a picture, one bit a dot, not enlarged. */
export function raster(bitmap) {
    const bytes = [];
    for (let top = 0; top < bitmap.height; top += SLICE_ROWS) {
        const rows = Math.min(SLICE_ROWS, bitmap.height - top);
        bytes.push(GS, 0x76, 0x30, 0, ...word(bitmap.stride), ...word(rows));
        const from = top * bitmap.stride;
        for (let at = from; at < from + rows * bitmap.stride; at++) {
            bytes.push(bitmap.bytes[at]);
        }
    }
    return bytes;
}

/** GS ( k: a QR code that the printer draws, model 2, level M, `dots` a module (1 to 16). */
export function qrCommand(text, dots) {
    const data = [...text].map((char) => char.charCodeAt(0));
    // the length counts everything after itself
    const command = (...values) => [GS, 0x28, 0x6b, ...word(values.length + 1), 0x31, ...values];
    return [
        ...command(65, 50, 0),
        ...command(67, Math.min(16, Math.max(1, dots))),
        ...command(69, 49),
        ...command(80, 48, ...data),
        ...command(81, 48),
    ];
}

function word(number) {
    return [number & 0xff, number >> 8];
}
