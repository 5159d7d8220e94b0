// The server's time: the phone's clock, and how far off that is.
//
// The phone's clock can be set while the page lies open. `performance.now()` can't, but stands still on some phones while they
// sleep. So each looks after the other.
const JUMP_MS = 5_000; // less does no harm: a till takes codes of three steps before and one after
const WRONG_MS = 20_000;

export class ServerClock {
  #date = Date.now();
  #steady = performance.now();

  /** `offsetMs`: how far the server was ahead when it was last asked. */
  constructor(offsetMs) {
    this.offsetMs = offsetMs;
  }

  now() {
    return Date.now() + this.offsetMs;
  }

  /** Whether the phone's clock was wrong when that was last known; it may have been set right since. */
  get wasWrong() {
    return Math.abs(this.offsetMs) > WRONG_MS;
  }

  /** Whether the clock was set since the last look. `inSight`: the page was all along, so the phone didn't sleep. */
  wasSet(inSight) {
    const [date, steady] = [Date.now(), performance.now()];
    const jump = date - this.#date - (steady - this.#steady);
    [this.#date, this.#steady] = [date, steady];
    if (Math.abs(jump) < JUMP_MS) return false;
    const setRight = this.wasWrong && Math.abs(this.offsetMs - jump) < WRONG_MS;
    if (jump > 0 && !inSight && !setRight) return false; // it slept
    this.offsetMs -= jump;
    return true;
  }
}
