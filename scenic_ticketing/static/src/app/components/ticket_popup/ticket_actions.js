import { _t } from "@web/core/l10n/translation";
import { formatCurrency } from "@web/core/currency";
import { patch } from "@web/core/utils/patch";
import { TicketPopup } from "@scenic_ticketing/app/components/ticket_popup/ticket_popup";
import { slipOfFacts } from "@scenic_ticketing/app/utils/slip_facts";

/** What is asked, and usually answered, before something is done to a ticket. */
function questions() {
    return {
        reprint: [
            _t("Why is it printed again?"),
            _t("Paper jam"),
            _t("Badly printed"),
            _t("Slip lost"),
        ],
        reissue: [
            _t("Why does it get a new code? The old slip opens no gate any more."),
            _t("Slip lost"),
            _t("Slip stolen"),
            _t("Code was copied"),
        ],
        block: [
            _t("Why is it blocked?"),
            _t("Reported stolen"),
            _t("Payment in doubt"),
            _t("Shown by several persons"),
        ],
        unblock: [_t("Why is the block lifted?"), _t("Cleared up"), _t("Blocked by mistake")],
        undo: [_t("Why is the exchange undone?"), _t("Wrong order"), _t("Visitor leaves")],
    };
}

patch(TicketPopup.prototype, {
    // --- which actions there are ---

    /** The tickets that an action is about: those that are ticked, else the one that is shown. */
    get targets() {
        const ticked = this.state.choices.filter((choice) => this.isTicked(choice));
        return ticked.length ? ticked : this.ticket ? [this.ticket] : [];
    },
    get isSeveral() {
        return this.targets.length > 1;
    },
    can(action) {
        // of several tickets the server says which of them does not allow it
        return Boolean(this.ticket?.can?.[action]);
    },
    get canUndoExchange() {
        const { voucher_item_id, state, uses } = this.ticket || {};
        return Boolean(voucher_item_id) && state === "valid" && !uses.length && !this.isSeveral;
    },
    /** The refund with its amount and fee, or why there is none. */
    get refundLabel() {
        const { refund, currency_id } = this.ticket;
        if (this.isSeveral) {
            return _t("Refund (%s)", this.targets.length);
        }
        return _t("Refund %s", formatCurrency(refund.amount, currency_id));
    },
    get refundWords() {
        const { refund, currency_id } = this.ticket;
        if (refund.obstacle) {
            return refund.obstacle;
        }
        const parts = [formatCurrency(refund.amount, currency_id)];
        if (refund.fee) {
            parts.push(_t("fee %s", formatCurrency(refund.fee, currency_id)));
        }
        return [...parts, refund.tier].filter(Boolean).join(" · ");
    },

    // --- doing them ---

    /** Ask for the reason of an action, unless the server cannot be reached. */
    ask(kind) {
        const titles = {
            reprint: _t("Print again"),
            reissue: _t("Reissue"),
            block: _t("Block"),
            unblock: _t("Lift the block"),
            undo: _t("Undo the exchange"),
        };
        const why = _t("Gates and the other windows have to hear of it at once.");
        if (!this.pos.refuseScenicOffline(titles[kind], why)) {
            const [title, ...reasons] = questions()[kind];
            this.state.asking = { kind, title, reasons };
        }
    },
    async onReason(reason) {
        const { kind } = this.state.asking;
        this.state.asking = null;
        const targets = this.targets;
        if (kind === "reprint") {
            await this.reprint(targets, reason);
        } else if (kind === "undo") {
            await this.undoExchange(reason);
        } else {
            await this.act(kind, targets, reason);
        }
    },
    async reprint(targets, reason) {
        const printed = await this.busy(() => this.pos.reprintScenicTickets(targets, reason));
        if (printed === null) {
            this.state.problem = _t(
                "The server cannot be reached, so nothing is printed again here now. The slips of the last order can be printed on its receipt."
            );
        } else if (printed) {
            this.say(_t("Printed again: %s", targets.length));
        }
    },
    async act(kind, targets, reason) {
        const ids = targets.map((ticket) => ticket.id);
        const answer = await this.call("pos_act", [kind, ids, reason, this.pos.config.id]);
        if (!answer) {
            return;
        }
        await this.refresh(answer.aliases);
        if (answer.slips.length) {
            await this.pos.printScenicSlips(answer.slips.map(slipOfFacts), { reason });
        }
        const words = {
            block: _t("Blocked: %s", ids.length),
            unblock: _t("The block is lifted: %s", ids.length),
            reissue: _t("New copies printed: %s", ids.length),
        };
        this.say(words[kind]);
    },
    /** Show tickets as they are now, after something was done to them. */
    async refresh(aliases) {
        const { choices } = this.state;
        const shown = this.targets.findIndex((target) => target.id === this.ticket?.id);
        const alias = aliases[shown] ?? this.ticket?.alias;
        if (choices.length) {
            const ids = choices.map((choice) => choice.id);
            this.state.choices =
                (await this.call("pos_choices", [ids, this.pos.config.id])) || choices;
        }
        if (alias) {
            await this.find(alias);
        }
    },
    async refund() {
        const facts = [];
        for (const target of this.targets) {
            const known = target.id === this.ticket?.id ? this.ticket : null;
            const answer =
                known?.line_id !== undefined
                    ? { ticket: known }
                    : await this.call("pos_scan", [target.alias, this.pos.config.id]);
            if (!answer) {
                return;
            }
            facts.push(answer.ticket);
        }
        if (await this.pos.refundScenicTickets(facts)) {
            this.props.close();
        }
    },
    async exchange(itemIds) {
        const why = _t("Only the channel's order says whether it was refunded meanwhile.");
        if (this.pos.refuseScenicOffline(_t("Voucher exchange"), why)) {
            return;
        }
        const answer = await this.call(
            "pos_exchange",
            [itemIds, this.pos.config.id],
            "scenic.voucher.order"
        );
        if (answer) {
            this.takeVouchers(answer.vouchers);
            this.say(_t("Exchanged: %s", answer.slips.length));
            await this.pos.printScenicSlips(answer.slips.map(slipOfFacts), {});
        }
    },
    async undoExchange(reason) {
        const answer = await this.call(
            "pos_undo_exchange",
            [[this.ticket.voucher_item_id], reason, this.pos.config.id],
            "scenic.voucher.order"
        );
        if (answer) {
            this.state.ticket = null;
            this.state.choices = [];
            this.takeVouchers(answer.vouchers);
            this.say(_t("The exchange is undone: the voucher is good again."));
        }
    },
    /** Put what orders are now in the place of what they were. */
    takeVouchers(fresh) {
        const known = this.state.vouchers.filter((old) => !fresh.some((one) => one.id === old.id));
        this.state.vouchers = [...fresh, ...known];
    },
    async undoRedeem() {
        const { request, code } = this.state.undo;
        const done = await this.call("pos_undo_redeem", [request, this.pos.config.id]);
        if (done) {
            await this.find(code);
            this.say(_t("Undone: the ticket can be used again."));
        }
    },
    openDeposits() {
        this.pos.openScenicDeposits(this.ticket.alias);
    },
    say(sentence) {
        this.state.problem = "";
        this.state.success = sentence;
    },
});
