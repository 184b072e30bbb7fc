// A scanner is a keyboard that types fast and ends with Enter.

// longer than between two keys of the slowest scanner, shorter than between two visitors
const PAUSE_MS = 1000;
const SHORTEST = 6;
const LONGEST = 64;

let taker = null;
let typed = "";
let last = 0;

/** Give what is scanned to `take`; null: nobody takes it, and it is forgotten. */
export function takeScans(take) {
    taker = take;
    typed = "";
}

function onKey(event) {
    if (!taker || event.ctrlKey || event.altKey || event.metaKey) {
        return;
    }
    const now = performance.now();
    if (now - last > PAUSE_MS) {
        typed = "";
    }
    last = now;
    if (event.key === "Enter") {
        const code = typed;
        typed = "";
        if (code.length >= SHORTEST) {
            // not also a touch of the button that has the focus
            event.preventDefault();
            event.stopPropagation();
            taker(code);
        }
    } else if (event.key.length === 1 && typed.length < LONGEST) {
        typed += event.key;
    }
}

document.addEventListener("keydown", onKey, { capture: true });
