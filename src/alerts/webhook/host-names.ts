import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import type { Clock } from "../../lib/clock.ts";
import { type Duration, type Instant, seconds, since } from "../../lib/time.ts";

/** A resolver that takes longer asks others that do not answer. */
const PATIENCE: Duration = seconds(0.5);
/** So old an answer is better than none: RFC 8767 §5 has one to three days. */
const LONGEST_USE: Duration = seconds(86_400);

export type Addresses = readonly LookupAddress[];
export type Resolve = (name: string) => Promise<Addresses>;

interface Known {
  readonly addresses: Addresses;
  readonly at: Instant;
}

interface Running {
  readonly since: Instant;
  readonly answer: Promise<Addresses>;
}

/**
 * The addresses of receivers. `getaddrinfo` cannot be ended, takes 20 s and more where no name server answers, and only half of libuv's
 * threads run it (one of two, see commands/frugal-heap.ts): each dead name would hold up all others. So a name is asked for once at a
 * time, whoever wants it, and where that takes long or fails in passing, the last answer is used.
 */
export class HostNames {
  readonly #resolve: Resolve;
  readonly #running = new Map<string, Running>();
  readonly #known = new Map<string, Known>();

  constructor(resolve: Resolve = (name) => lookup(name, { all: true })) {
    this.#resolve = resolve;
  }

  /** For a connection. */
  lookup(clock: Clock): LookupFunction {
    return (name, options, callback) => {
      this.find(name, clock).then(
        (addresses) => {
          const [first] = addresses;
          if (first === undefined) callback(Object.assign(new Error("no address"), { code: "ENOTFOUND" }), "");
          else if (options.all === true) callback(null, [...addresses]);
          else callback(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, ""),
      );
    };
  }

  /** @throws what `getaddrinfo` says, where there is no earlier answer to be used */
  async find(name: string, clock: Clock): Promise<Addresses> {
    const now = clock.now();
    const isSlow = [...this.#running.values()].some((running) => since(now, running.since) >= PATIENCE);
    const { answer } = this.#running.get(name) ?? this.#ask(name, clock);
    const known = this.#known.get(name);
    if (known === undefined || since(now, known.at) > LONGEST_USE) return answer;
    if (isSlow) return known.addresses;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(PATIENCE, () => resolve(known.addresses));
      answer
        .catch((error) => {
          if (isFinal(error)) throw error;
          return known.addresses;
        })
        .then(resolve, reject)
        .finally(cancel);
    });
  }

  #ask(name: string, clock: Clock): Running {
    const answer = this.#resolve(name);
    const running = { since: clock.now(), answer };
    this.#running.set(name, running);
    const over = (): void => void this.#running.delete(name);
    answer.then(
      (addresses) => {
        over();
        this.#keep(name, { addresses, at: clock.now() });
      },
      (error) => {
        over();
        if (isFinal(error)) this.#known.delete(name);
      },
    );
    return running;
  }

  /** Names that nobody asks for any more, after a reload, go after a day. */
  #keep(name: string, answer: Known): void {
    for (const [other, { at }] of this.#known) if (since(answer.at, at) > LONGEST_USE) this.#known.delete(other);
    this.#known.set(name, answer);
  }
}

/** The name servers say that there is no such name; anything else may pass. */
const isFinal = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOTFOUND";

/** One for the process, as libuv's threads are. */
export const hostNames = new HostNames();
