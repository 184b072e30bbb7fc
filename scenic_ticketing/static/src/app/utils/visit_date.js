/**
 * Visit dates are days on the calendar of the site, written "2026-05-01"; they are never moments.
 * ISO days compare correctly as strings.
 */
import { _t } from "@web/core/l10n/translation";
import { scenicClock } from "@scenic_ticketing/app/utils/scenic_clock";

const { DateTime } = luxon;

const SHORT = { weekday: "short", day: "numeric", month: "short" };

/** Return the day it is now at a place with time zone `tz`; without one, at this window. */
export function todayAt(tz) {
    const here = DateTime.fromMillis(scenicClock.now());
    const there = tz ? here.setZone(tz) : here;
    return (there.isValid ? there : here).toISODate();
}

export function addDays(day, count) {
    return DateTime.fromISO(day).plus({ days: count }).toISODate();
}

/** Return "Today", "Tomorrow", "Day after", or "" for days further away. */
export function nameOfDay(day, today) {
    switch (day) {
        case today:
            return _t("Today");
        case addDays(today, 1):
            return _t("Tomorrow");
        case addDays(today, 2):
            return _t("Day after");
    }
    return "";
}

/** Return the day with its weekday in the language of the window; the year only when another. */
export function formatDay(day, today = day) {
    const date = DateTime.fromISO(day);
    const format = day.slice(0, 4) === today.slice(0, 4) ? SHORT : { ...SHORT, year: "numeric" };
    return date.toLocaleString(format);
}

/** Return the day with its weekday and year, for paper. */
export function formatDayForPaper(day) {
    return DateTime.fromISO(day).toLocaleString({ ...SHORT, year: "numeric" });
}
