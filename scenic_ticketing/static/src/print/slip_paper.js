import { Bitmap } from "@scenic_ticketing/print/bitmap";

// fonts of the computer: a font that has to be fetched first holds up the visitor
const TEXT = '"Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif';
const DIGITS = '"DejaVu Sans Mono", Consolas, Menlo, monospace';
const LINE_HEIGHT = 1.3;
// where a line may break: around spaces, and around each sign of a script without spaces
const TOKENS =
    /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\s+/gu;

/**
 * Paper that is written from top to bottom. Lines are collected first, because labels have an end:
 * only then is it known whether they fit.
 */
export class SlipPaper {
    /**
     * @param {number} width in dots
     * @param {number} scale of texts and gaps; codes are not scaled
     */
    constructor(width, scale) {
        this.width = width;
        this.scale = scale;
        this.blocks = [];
        this.height = 0;
        this.pen = document.createElement("canvas").getContext("2d");
    }
    _add(height, draw) {
        const top = this.height;
        this.height += Math.ceil(height);
        this.blocks.push((pen, x, y) => draw(pen, x, y + top));
    }
    _px(size) {
        return Math.max(1, Math.round(size * this.scale));
    }
    _font(size, { bold = false, digits = false } = {}) {
        return `${bold ? 700 : 400} ${this._px(size)}px ${digits ? DIGITS : TEXT}`;
    }
    gap(size) {
        this._add(this._px(size), () => {});
    }
    /** Break a text into lines that fit. */
    _lines(text, font, width) {
        this.pen.font = font;
        const fits = (line) => this.pen.measureText(line).width <= width;
        const lines = [];
        for (const paragraph of text.split("\n")) {
            let line = "";
            for (const token of paragraph.match(TOKENS) || [""]) {
                // a word longer than the paper breaks where the paper ends
                for (const piece of fits(token) ? [token] : token) {
                    if (line && !fits(line + piece.trimEnd())) {
                        lines.push(line.trimEnd());
                        line = "";
                    }
                    line += line ? piece : piece.trimStart();
                }
            }
            lines.push(line.trimEnd());
        }
        return lines;
    }
    /** Write a text, `align` "left", "center" or "right". */
    text(text, size, { align = "center", inset = 8, ...style } = {}) {
        const font = this._font(size, style);
        const height = Math.ceil(this._px(size) * LINE_HEIGHT);
        const room = this.width - 2 * this._px(inset);
        for (const line of this._lines(text, font, room)) {
            this._add(height, (pen, x, y) =>
                this._write(pen, font, line, align, x, y, height, inset)
            );
        }
    }
    _write(pen, font, line, align, x, y, height, inset) {
        pen.font = font;
        pen.textAlign = align;
        pen.textBaseline = "middle";
        const edge = this._px(inset);
        const at = { left: edge, center: this.width / 2, right: this.width - edge }[align];
        pen.fillText(line, Math.round(x + at), Math.round(y + height / 2));
    }
    /** Write a name at the left and what it is at the right, below each other when they must. */
    row(name, value, size) {
        const height = Math.ceil(this._px(size) * LINE_HEIGHT);
        const [plain, bold] = [this._font(size), this._font(size, { bold: true })];
        this.pen.font = plain;
        const left = this.pen.measureText(name).width;
        this.pen.font = bold;
        const right = this.pen.measureText(value).width;
        if (left + right + this._px(28) > this.width) {
            this.text(name, size, { align: "left" });
            this.text(value, size, { align: "right", bold: true });
            return;
        }
        this._add(height, (pen, x, y) => {
            this._write(pen, plain, name, "left", x, y, height, 8);
            this._write(pen, bold, value, "right", x, y, height, 8);
        });
    }
    rule(thickness) {
        this._add(thickness, (pen, x, y) =>
            pen.fillRect(x + 8, y, Math.max(1, this.width - 16), thickness)
        );
    }
    /** Write a text into a frame, so that a gate sees it at once. */
    framed(text, size) {
        const top = this.height;
        this.gap(10);
        this.text(text, size, { bold: true, inset: 20 });
        this.gap(10);
        const height = this.height - top;
        this.blocks.push((pen, x, y) => {
            pen.lineWidth = 3;
            pen.strokeRect(x + 9.5, y + top + 1.5, this.width - 19, height - 3);
        });
    }
    picture(image, most) {
        const factor = Math.min(1, most / image.height, (this.width - 16) / image.width);
        const [width, height] = [image.width, image.height].map((size) =>
            Math.round(size * factor)
        );
        this._add(height, (pen, x, y) =>
            pen.drawImage(image, x + Math.floor((this.width - width) / 2), y, width, height)
        );
    }
    /**
     * Draw a code with whole dots, `dots` a module, in the middle.
     *
     * @returns {{x: number, y: number}} where it begins
     */
    code({ size, isDark }, dots, draw = true) {
        const place = { x: Math.floor((this.width - size * dots) / 2), y: this.height };
        this._add(size * dots, (pen, left, y) => {
            for (let row = 0; draw && row < size; row++) {
                for (let column = 0; column < size; column++) {
                    if (isDark(column, row)) {
                        const x = left + place.x + column * dots;
                        pen.fillRect(x, y + row * dots, dots, dots);
                    }
                }
            }
        });
        return place;
    }
    draw(pen, x, y) {
        pen.fillStyle = "#000";
        pen.strokeStyle = "#000";
        for (const block of this.blocks) {
            block(pen, x, y);
        }
    }
}

/** Draw papers beside each other on one bitmap. `parts`: [paper, x, y]. */
export function burn(width, height, parts) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, width, height);
    for (const [paper, x, y] of parts) {
        paper.draw(pen, x, y);
    }
    return Bitmap.fromCanvas(canvas);
}
