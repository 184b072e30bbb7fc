// what a dot needs to become black, of 255
const THRESHOLD = 128;

/**
 * A picture of black and white dots, one bit each: what a thermal printer burns. Nothing between
 * here and the paper scales or dithers it, so a module of a code stays a whole number of dots.
 */
export class Bitmap {
    constructor(width, height) {
        this.width = width;
        this.height = height;
        this.stride = Math.ceil(width / 8);
        this.bytes = new Uint8Array(this.stride * height);
    }
    /** Take a canvas; what is darker than half grey becomes black. */
    static fromCanvas(canvas) {
        const bitmap = new Bitmap(canvas.width, canvas.height);
        const { data } = canvas
            .getContext("2d", { willReadFrequently: true })
            .getImageData(0, 0, canvas.width, canvas.height);
        for (let y = 0; y < canvas.height; y++) {
            for (let x = 0; x < canvas.width; x++) {
                const at = (y * canvas.width + x) * 4;
                const light = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
                if (data[at + 3] > THRESHOLD && light < THRESHOLD) {
                    bitmap.set(x, y);
                }
            }
        }
        return bitmap;
    }
    set(x, y) {
        this.bytes[y * this.stride + (x >> 3)] |= 0x80 >> (x & 7);
    }
    get(x, y) {
        return Boolean(this.bytes[y * this.stride + (x >> 3)] & (0x80 >> (x & 7)));
    }
    /** Return the rows from `top` up to, not including, `bottom`. */
    rows(top, bottom) {
        const part = new Bitmap(this.width, bottom - top);
        part.bytes.set(this.bytes.subarray(top * this.stride, bottom * this.stride));
        return part;
    }
    /** Return it turned clockwise by a quarter, as a wristband leaves the printer. */
    turned() {
        const turned = new Bitmap(this.height, this.width);
        for (let y = 0; y < this.height; y++) {
            for (let x = 0; x < this.width; x++) {
                if (this.get(x, y)) {
                    turned.set(this.height - 1 - y, x);
                }
            }
        }
        return turned;
    }
    /** Return it in the middle of wider paper. */
    centered(width) {
        if (width <= this.width) {
            return this;
        }
        const wide = new Bitmap(width, this.height);
        const left = Math.floor((width - this.width) / 2);
        for (let y = 0; y < this.height; y++) {
            for (let x = 0; x < this.width; x++) {
                if (this.get(x, y)) {
                    wide.set(left + x, y);
                }
            }
        }
        return wide;
    }
    /** Return it no wider than the paper; only for what has no code on it, as dots get lost. */
    narrowed(width) {
        if (width >= this.width) {
            return this;
        }
        const canvas = document.createElement("canvas");
        canvas.width = width;
        canvas.height = Math.round((this.height * width) / this.width);
        canvas.getContext("2d").drawImage(this.toCanvas(), 0, 0, canvas.width, canvas.height);
        return Bitmap.fromCanvas(canvas);
    }
    /** Return a canvas of pure black and white pixels, one a dot. */
    toCanvas() {
        const canvas = document.createElement("canvas");
        canvas.width = this.width;
        canvas.height = this.height;
        const context = canvas.getContext("2d");
        const picture = context.createImageData(this.width, this.height);
        for (let y = 0, at = 0; y < this.height; y++) {
            for (let x = 0; x < this.width; x++, at += 4) {
                picture.data.fill(this.get(x, y) ? 0 : 255, at, at + 3);
                picture.data[at + 3] = 255;
            }
        }
        context.putImageData(picture, 0, 0);
        return canvas;
    }
    /** Return the picture without loss, in base64: JPEG would put grey dots around black ones. */
    toPng() {
        return this.toCanvas().toDataURL("image/png").split(",")[1];
    }
}
