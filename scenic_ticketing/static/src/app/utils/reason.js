import { _t } from "@web/core/l10n/translation";

/**
 * Say in words of the window why a ticket is refused. The codes are those of the decision package;
 * a code that is not listed is a fault of the system, not of the ticket.
 */
export function sentenceOfReason(reason) {
    switch (reason) {
        case "OK":
            return "";
        case "SAME_SCAN":
            return _t("This ticket was let in a moment ago.");
        case "E_FOREIGN":
        case "E_TYPE":
        case "E_VERSION":
            return _t("This is not one of our tickets.");
        case "E_FORMAT":
            return _t("The code was not read completely. Scan it again.");
        case "E_UNKNOWN_ALIAS":
            return _t("No ticket has this number. Compare the digits.");
        case "E_SIG":
        case "E_CERT":
        case "E_UNKNOWN_KEY":
        case "E_KEY_REVOKED":
        case "E_KEY_CLOSED":
        case "E_LIMIT":
            return _t("This code was not issued by us. Call the manager.");
        case "E_SITE":
            return _t("This ticket is for another park.");
        case "E_EXPIRED":
            return _t("Its last valid day is over.");
        case "E_EARLY":
            return _t("Its visit date has not come yet.");
        case "E_SLOT":
            return _t("It is for another time of the day.");
        case "E_ENTRANCE":
            return _t("It is not good at any open entrance.");
        case "E_ZONE":
            return _t("It does not include this area.");
        case "E_REVOKED":
            return _t("It was given back or cancelled.");
        case "E_SUPERSEDED":
            return _t("A newer copy of this ticket exists. Only that one is good.");
        case "E_USED":
        case "E_USED_PEER":
            return _t("It is used up.");
        case "E_DYNAMIC":
            return _t("Only the live code on the phone is good. Ask the visitor to open it.");
        case "R_GROUP_COUNT":
            return _t("More persons than the ticket is for.");
    }
    return _t("The ticket could not be checked. Try again, or call the manager.");
}
