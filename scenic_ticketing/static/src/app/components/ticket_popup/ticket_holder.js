import { patch } from "@web/core/utils/patch";
import { groupAlias } from "@scenic_ticketing/app/models/scenic_ticket";
import { TicketPopup } from "@scenic_ticketing/app/components/ticket_popup/ticket_popup";
import { formatDayForPaper } from "@scenic_ticketing/app/utils/visit_date";

patch(TicketPopup.prototype, {
    setup() {
        super.setup(...arguments);
        this.state.choices = [];
    },
    show(answer) {
        super.show(...arguments);
        // a document or phone number may belong to several tickets
        if (answer.choices?.length || !this.isChoice(answer.ticket)) {
            this.state.choices = answer.choices || [];
        }
        if (answer.ticket && answer.choices) {
            // the number itself is not kept: from now on it is this ticket
            this.state.code = answer.ticket.alias;
        }
    },
    isChoice(ticket) {
        return this.state.choices.some((choice) => choice.alias === ticket?.alias);
    },
    choiceLabel(choice) {
        return `${formatDayForPaper(choice.visit_date)} · ${choice.product}`;
    },
    choiceAlias(choice) {
        return groupAlias(choice.alias);
    },
});
