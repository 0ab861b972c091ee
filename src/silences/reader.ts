import { interfaceNameProblem } from "../lib/interface-names.ts";
import { err, ok, type Result } from "../lib/result.ts";
import { parseRfc3339 } from "../lib/rfc3339.ts";
import type { WallTime } from "../lib/time.ts";
import { MAX_TEXT, type SilenceMatchers, silenceMatchers } from "./silence.ts";

/** What is wrong with something that was sent or stored. `key` is null where it is about the whole of it. */
export interface FieldProblem {
  readonly key: string | null;
  readonly message: string;
}

export type ReadField<T> = (value: unknown) => Result<T, string>;

export const text =
  (max: number): ReadField<string> =>
  (value) =>
    typeof value === "string" && value.length >= 1 && value.length <= max && /^[^\p{Cc}\p{Cs}]*$/u.test(value)
      ? ok(value)
      : err(`must be text of 1 to ${max} characters without control characters`);

export const oneOf =
  <const Word extends string>(...words: readonly Word[]): ReadField<Word> =>
  (value) => {
    const word = words.find((each) => each === value);
    return word === undefined ? err(`must be ${words.join(" or ")}`) : ok(word);
  };

const whole =
  (min: number, max: number): ReadField<number> =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
      ? ok(value)
      : err(`must be a whole number from ${min} to ${max}`);

export const time: ReadField<WallTime> = (value) =>
  typeof value === "string" ? parseRfc3339(value) : err("must be a time in quotes, such as 2026-11-21T22:00:00Z");

const interfaceName: ReadField<string> = (value) => {
  if (typeof value !== "string") return err("must be an interface name, such as eth0");
  const problem = interfaceNameProblem(value);
  return problem === null ? ok(value) : err(problem);
};

/** Takes the fields of an object that somebody else made, one after the other, and remembers the first problem. */
export class FieldReader {
  readonly #fields: ReadonlyMap<string, unknown>;
  problem: FieldProblem | null = null;

  /** @param keys every key that may be there */
  constructor(value: unknown, keys: readonly string[]) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#fields = new Map(isObject ? Object.entries(value) : []);
    if (!isObject) this.problem = { key: null, message: "a silence must be an object" };
    for (const key of this.#fields.keys())
      if (!keys.includes(key)) this.problem ??= { key: null, message: `unknown key ${shownKey(key)}; there are ${keys.join(", ")}` };
  }

  take<T>(key: string, read: ReadField<T>): T | undefined {
    const value = this.#fields.get(key);
    if (value === undefined) return undefined;
    const result = read(value);
    if (result.ok) return result.value;
    this.problem ??= { key, message: result.error };
    return undefined;
  }

  /** What the silence is about, and whether that is something at all. */
  takeMatchers(): SilenceMatchers {
    const segment = this.take("segment", text(MAX_TEXT.segment));
    const name = this.take("interface", interfaceName);
    const vlan = this.take("vlan", whole(0, 4_094));
    const innerVlan = this.take("inner_vlan", whole(0, 4_094));
    const family = this.take("family", oneOf("ipv4", "ipv6"));
    const vrid = this.take("vrid", whole(1, 255));
    if (segment === undefined && vrid === undefined)
      this.problem ??= { key: "vrid", message: "is needed, unless segment names a whole segment" };
    if (innerVlan !== undefined && vlan === undefined)
      this.problem ??= { key: "inner_vlan", message: "needs vlan, the outer of the two tags, as well" };
    return silenceMatchers({ segment, interface: name, vlan, innerVlan, family, vrid });
  }
}

/** Somebody else's text in our message: short, and on one line. */
const shownKey = (key: string): string => JSON.stringify(key.slice(0, 40).replaceAll(/\p{C}/gu, "?"));
