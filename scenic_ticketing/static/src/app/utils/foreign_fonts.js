const ELSEWHERE = /url\(["']?((?:https?:)?\/\/[^"')]+)/g;

/**
 * Take the fonts of other servers out of the page. Every picture of a receipt waits until each of
 * them was fetched or has failed: 6 to 11 seconds for the first one where the internet is away.
 * They only stand in for scripts that the computer itself has no font for.
 */
export function dropForeignFonts() {
    for (const sheet of document.styleSheets) {
        let rules;
        try {
            rules = [...sheet.cssRules];
        } catch {
            continue; // a sheet that is itself of another server
        }
        for (let index = rules.length - 1; index >= 0; index--) {
            if (rules[index] instanceof CSSFontFaceRule && isForeign(rules[index].cssText)) {
                sheet.deleteRule(index);
            }
        }
    }
}

function isForeign(cssText) {
    return [...cssText.matchAll(ELSEWHERE)].some(
        ([, url]) => new URL(url, location.href).origin !== location.origin
    );
}
