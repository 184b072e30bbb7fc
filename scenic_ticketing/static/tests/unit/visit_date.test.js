import { expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import { setTime } from "@scenic_ticketing/../tests/unit/scenic_test_helpers";
import { addDays, nameOfDay, todayAt } from "@scenic_ticketing/app/utils/visit_date";

test("the site's calendar decides which day it is, not the window's", () => {
    setTime("2026-04-30 20:30:00", +0);
    expect(todayAt("Asia/Shanghai")).toBe("2026-05-01");
    expect(todayAt("America/New_York")).toBe("2026-04-30");
});

test("without a known time zone the window's own calendar is used", () => {
    setTime("2026-05-01 09:00:00", +8);
    expect(todayAt(undefined)).toBe("2026-05-01");
    expect(todayAt("Atlantis/Capital")).toBe("2026-05-01");
});

test("days are counted over the ends of months and years", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-05-01", -1)).toBe("2026-04-30");
});

test("only the next days have names", () => {
    allowTranslations();
    expect(nameOfDay("2026-05-01", "2026-05-01").toString()).toBe("Today");
    expect(nameOfDay("2026-05-02", "2026-05-01").toString()).toBe("Tomorrow");
    expect(nameOfDay("2026-05-03", "2026-05-01").toString()).toBe("Day after");
    expect(nameOfDay("2026-05-04", "2026-05-01")).toBe("");
    expect(nameOfDay("2026-04-30", "2026-05-01")).toBe("");
});
