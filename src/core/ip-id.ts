import type { IpIdContinuity } from "./view.ts";

/** So many like steps in a row decide what kind of numbering it is. */
const DECIDED = 3;
/** A larger step is no run of lost adverts. */
const LARGEST_LOSS = 256;

/**
 * Follows the IPv4 identification of one sender.
 * keepalived counts 1, 2, 3 ... per instance and begins again on restart and reload (vrrp.c, vrrp_build_ip4); FRR lets the kernel choose.
 */
export class IpIdTracker implements IpIdContinuity {
  mode: IpIdContinuity["mode"] = "unknown";
  last: number | null = null;
  lost = 0;
  restarts = 0;
  /** By how much the last advert was further than the one before; null where its numbering means nothing, or there was none before. */
  step: number | null = null;
  #steps = 0;
  #jumps = 0;

  /** How many adverts were sent between the last one and this, and not heard; null where the numbering means nothing. */
  lostBefore(id: number | null): number | null {
    if (id === null || this.last === null || this.mode !== "counter") return null;
    const step = (id - this.last) & 0xffff;
    return step >= 1 && step <= LARGEST_LOSS ? step - 1 : null;
  }

  observe(id: number | null): void {
    this.step = null;
    if (id === null) return;
    const last = this.last;
    this.last = id;
    if (last === null) return;
    const step = (id - last) & 0xffff;
    this.step = step;
    if (step === 0) return; // the same round to another unicast peer
    if (step === 1) {
      this.#steps += 1;
      this.#jumps = 0;
      if (this.#steps >= DECIDED) this.mode = "counter";
    } else if (id === 1) {
      if (this.mode !== "irregular") this.restarts += 1;
    } else if (step <= LARGEST_LOSS && this.mode === "counter") {
      this.lost += step - 1;
    } else {
      this.#jumps += 1;
      this.#steps = 0;
      if (this.#jumps >= DECIDED) this.mode = "irregular";
    }
  }
}
