/**
 * The time of the server, also while it cannot be asked.
 *
 * Visit dates and the moment of issue come from here, because the clock of a window's computer may
 * be wrong by a day, or be set while the server is gone. The difference to the server is measured
 * with every contact and kept in the browser. Between two contacts time goes on by the clock of the
 * page, which nobody can set; when it and the computer's clock disagree, the time is doubtful and
 * the cashier is told.
 */
const KEY = "scenic_ticketing.clock";
// disagreement of the two clocks, in ms, that no slow machine explains
const JUMP = 5000;
// a window that was shut for longer and starts without the server may have met a changed clock
const SHUT = 60 * 60 * 1000;
// how often a moment is written down, from which the clock cannot go back
const MARK = 15000;

export class ScenicClock {
    /**
     * @param {Object} [sources] for tests: wall() and steady() in ms, storage as localStorage
     */
    constructor(sources = {}) {
        this.wall = sources.wall || (() => Date.now());
        this.steady = sources.steady || (() => performance.now());
        this.storage = sources.storage || localStorage;
        this.key = KEY;
        this._anchor(0);
        this.measuredAt = null;
        this.startedInDoubt = true;
    }

    /** Go on from what a former start of this window knew. */
    load(configId) {
        this.key = `${KEY}.${configId}`;
        let known = null;
        try {
            known = JSON.parse(this.storage.getItem(this.key));
        } catch {
            // nothing is known then
        }
        if (typeof known?.offset !== "number") {
            return;
        }
        const passed = this.wall() - known.wall;
        this.measuredAt = known.measuredAt;
        this._anchor(passed < -JUMP ? known.wall + known.offset - this.wall() : known.offset);
        this.startedInDoubt = passed < -JUMP || passed > SHUT;
    }

    /** Take the time of the server, asked at `sent` and answered at `received` (steady clock). */
    measure(serverMs, sent, received) {
        const since = this.steady() - (sent + received) / 2;
        this._anchor(serverMs + since - this.wall());
        this.measuredAt = this.wall() + this.offset;
        this.startedInDoubt = false;
        this.mark();
    }

    _anchor(offset) {
        this.offset = offset;
        this.wallThen = this.wall();
        this.steadyThen = this.steady();
    }

    /** By how much the computer's clock was moved since the last contact; 0 for less than JUMP. */
    get jump() {
        const moved = this.wall() - this.wallThen - (this.steady() - this.steadyThen);
        return Math.abs(moved) > JUMP ? moved : 0;
    }

    /** Whether somebody should look whether the time is right. */
    get doubt() {
        return this.startedInDoubt || this.jump !== 0;
    }

    /** Return the server's time in ms since 1970. */
    now() {
        return this.jump
            ? this.wallThen + this.offset + (this.steady() - this.steadyThen)
            : this.wall() + this.offset;
    }

    /** What to add to the computer's clock to get the server's. */
    get correction() {
        return this.now() - this.wall();
    }

    /** The computer's clock as it would be if it had rightly been set since: a sleep looks so too. */
    get proposal() {
        return this.wall() + this.offset;
    }

    /** Believe one of the two: `now()` or `proposal`. The cashier has looked at a watch. */
    believe(ms) {
        this._anchor(ms - this.wall());
        this.startedInDoubt = false;
        this.mark();
    }

    /** Write down the moment, for the next start. */
    mark() {
        this.markedAt = this.steady();
        const moment = { offset: this.correction, wall: this.wall(), measuredAt: this.measuredAt };
        try {
            this.storage.setItem(this.key, JSON.stringify(moment));
        } catch {
            // a full storage only means that the next start begins in doubt
        }
    }

    /** Write the moment down now and then. */
    tick() {
        if (this.steady() - (this.markedAt ?? -MARK) >= MARK) {
            this.mark();
        }
    }
}

/** The clock of this page. */
export const scenicClock = new ScenicClock();
