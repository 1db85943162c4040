/** How many faults are printed. The rest are only counted, because one cause can make every request fail. */
const MAX_PRINTED = 10;

/** What one run counts: requests, and the faults that it found. */
export class Tally {
  /** Requests that clients were asked to send, without retries. The secret depends on it. */
  requests = 0;
  /** Requests and retries that must arrive. */
  due = 0;
  /** Requests that were aborted, which arrive or not. */
  aborted = 0;
  arrived = 0;
  faults = 0;

  reportFault(fault: string): void {
    this.faults += 1;
    if (this.faults <= MAX_PRINTED) console.log(`  FAULT: ${fault}`);
  }
}
