/**
 * What a detector looks at. A virtual router marks what has changed, and only the detectors that look at it are asked again:
 * an advert of a healthy master asks none of them.
 */
export const Aspect = {
  /** Who is master, and that nobody is. */
  master: 1,
  /** Claims that live beside each other. */
  claims: 2,
  /** What the adverts of the senders say. */
  adverts: 4,
  /** When the master's adverts come. */
  cadence: 8,
  /** Packets of this virtual router that no router may believe. */
  invalid: 16,
  /** CARP under the same number. */
  carp: 32,
  /** Who has the virtual addresses: here, and on the segment. */
  addresses: 64,
  /** keepalived on this host: its process, its words, its configuration. */
  keepalived: 128,
  /** Whether the segment is heard at all. */
  capture: 256,
} as const;

export const everyAspect = 511;
