// WeChat: 18 digits from 10 to 15. Alipay: 16 to 24 digits from 25 to 30. UnionPay: 19 from 62.
const FORMS = [/^1[0-5]\d{16}$/, /^(2[5-9]|30)\d{14,22}$/, /^62\d{17}$/];

/** Tell whether a text is what a customer's wallet shows to be paid with. */
export function isPayCode(text) {
    return FORMS.some((form) => form.test(text));
}
