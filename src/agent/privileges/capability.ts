/** The capabilities that the agent can have a use for, with their numbers. @see linux/capability.h */
const numbers = { CAP_NET_BIND_SERVICE: 10, CAP_NET_RAW: 13 } as const;

export type Capability = keyof typeof numbers;

/** CAP_SETPCAP: who has it can empty the bounding set. */
const SETPCAP = 8;

/** As the addon takes them: a bit each. */
export const maskOf = (capabilities: readonly Capability[]): number => capabilities.reduce((mask, name) => mask | (1 << numbers[name]), 0);

/** As /proc/PID/status shows a set: 16 hexadecimal digits. Empty for what is no such text. */
export function parseSet(text: string): bigint {
  return /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : 0n;
}

export const hasCapability = (set: bigint, name: Capability): boolean => (set & (1n << BigInt(numbers[name]))) !== 0n;

export const canEmptyBounds = (effective: bigint): boolean => (effective & (1n << BigInt(SETPCAP))) !== 0n;
