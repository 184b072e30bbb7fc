import { qrMatrix } from "@scenic_ticketing/print/qr_matrix";

// dots across the paper of a 58 mm printer
const PAPER_DOTS = 384;

/**
 * Draw a text as a QR code whose modules all have the same whole size.
 *
 * A ticket becomes version 7, 53 modules wide with its quiet zone = 371 dots at 7 dots a module,
 * which fits the 384 dots of a 58 mm printer.
 *
 * @param {string} text
 * @param {number} paperDots dots across the paper
 * @returns {{size: number, path: string, width: number, margin: number}} width in modules, an SVG
 *   path of the dark modules, and where it goes on the paper in whole dots: half a dot of margin
 *   would blur every edge of the code
 */
export function drawQrCode(text, paperDots = PAPER_DOTS) {
    const { size, isDark } = qrMatrix(text);
    let path = "";
    for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
            let width = 0;
            while (x + width < size && isDark(x + width, y)) {
                width++;
            }
            if (width) {
                path += `M${x} ${y}h${width}v1h-${width}z`;
                x += width;
            }
        }
    }
    const width = size * Math.floor(paperDots / size);
    return { size, path, width, margin: Math.floor((paperDots - width) / 2) };
}
