// Damm's quasigroup of order 10, as in the README ("Short alias")
const DAMM = [
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
];
const RANDOM_DIGITS = 14;

export function checkDigit(digits) {
    return [...digits].reduce((interim, digit) => DAMM[interim][digit], "0");
}

/** Draw the short number of a ticket: nobody can guess one from another. */
export function newAlias() {
    let digits = "";
    while (digits.length < RANDOM_DIGITS) {
        // 250 to 255 would make the digits 0 to 5 more likely than the others
        const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS));
        digits += bytes
            .filter((byte) => byte < 250)
            .map((byte) => byte % 10)
            .join("");
    }
    digits = digits.slice(0, RANDOM_DIGITS);
    return `T${digits}${checkDigit(digits)}`;
}
