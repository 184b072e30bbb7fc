import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

const FAR_H = 20; // hours from which a time of day alone would mislead

export const warningWords = () => ({
    drift: _t("Clock wrong"),
    clock: _t("Clock unsure"),
    disk: _t("Disk nearly full"),
    unsent: _t("Reports pile up"),
    exposure: _t("Limit nearly used"),
    drill: _t("Drill overdue"),
    lan: _t("Other boxes not heard"),
    config: _t("Old configuration"),
});

/** The clock of the site: a control room may look at parks of several time zones. */
export function siteClock(text, tz, seconds = false) {
    if (!text) {
        return "";
    }
    let moment = deserializeDateTime(text);
    moment = tz && moment.setZone(tz).isValid ? moment.setZone(tz) : moment;
    if (Math.abs(moment.diffNow("hours").hours) > FAR_H) {
        return moment.toFormat("MM-dd HH:mm");
    }
    return moment.toFormat(seconds ? "HH:mm:ss" : "HH:mm");
}

/** How soon somebody should look at a lane: the smaller, the sooner. */
export function laneRank(lane) {
    if (lane.tone === "bad") {
        return 1;
    }
    if (lane.trouble) {
        return 2;
    }
    // a drill that is due can wait until the evening
    if (lane.warnings.some((name) => name !== "drill")) {
        return 3;
    }
    return lane.tone === "off" ? 5 : 4;
}

/** The rectangles of the small chart of the last minutes. */
export function minuteBars(minutes) {
    const most = Math.max(5, ...minutes);
    return minutes.map((count, index) => ({
        x: index * 2,
        y: 20 - (20 * count) / most,
        height: (20 * count) / most,
    }));
}
