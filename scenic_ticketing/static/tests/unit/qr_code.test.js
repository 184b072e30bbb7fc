import { expect, test } from "@odoo/hoot";
import { drawQrCode } from "@scenic_ticketing/app/utils/qr_code";
import { CODE } from "@scenic_ticketing/../tests/unit/scenic_test_helpers";

const QUIET = 4;

function modules({ size, path }) {
    const dark = Array.from({ length: size }, () => Array(size).fill(false));
    for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
        dark[y].fill(true, Number(x), Number(x) + Number(width));
    }
    return dark;
}

test("a ticket code becomes 53 modules: alphanumeric mode, seven dots a module on 58 mm", () => {
    expect(CODE).toHaveLength(154);
    const { size } = drawQrCode(CODE);
    // byte mode would need version 9: 61 modules and only six dots each
    expect(size).toBe(53);
    expect(Math.floor(384 / size)).toBe(7);
});

test("a quiet zone of four modules surrounds the code", () => {
    const qr = drawQrCode(CODE);
    const dark = modules(qr);
    const last = qr.size - QUIET - 1;
    for (let y = 0; y < qr.size; y++) {
        for (let x = 0; x < qr.size; x++) {
            if (x < QUIET || y < QUIET || x > last || y > last) {
                expect(dark[y][x]).toBe(false, { message: `module ${x}, ${y} is light` });
            }
        }
    }
    // the corners of three finder patterns touch the quiet zone
    expect([dark[QUIET][QUIET], dark[QUIET][last], dark[last][QUIET]]).toEqual([true, true, true]);
});

test("every module is drawn as whole squares", () => {
    const { path } = drawQrCode(CODE);
    expect(path.replace(/M\d+ \d+h\d+v1h-\d+z/g, "")).toBe("");
});
