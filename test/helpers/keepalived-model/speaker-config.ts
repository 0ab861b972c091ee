/** What keepalived's configuration says of one instance; times in microseconds. */
export interface SpeakerConfig {
  readonly source: string;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly interval: number;
  readonly addresses: readonly string[];
  /** Empty: none. VRRPv3 has none either way. */
  readonly password: string;
  readonly nopreempt: boolean;
  readonly preemptDelay: number;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
}

/** An advert on its way. The listener never sees its password, only whether it is that of another. */
export interface Packet {
  readonly source: string;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly interval: number;
  readonly addresses: readonly string[];
  readonly password: string;
  readonly ipId: number;
}

/** Whether an instance of this configuration takes the packet for one of its own virtual router (keepalived 2.2.7, vrrp.c:778-1150). */
export function accepts(config: Omit<Packet, "priority" | "ipId">, packet: Packet): boolean {
  return (
    packet.version === config.version &&
    (config.version === 3 || (packet.interval === config.interval && packet.password === config.password)) &&
    packet.addresses.length === config.addresses.length &&
    config.addresses.every((address) => packet.addresses.includes(address))
  );
}

/** Higher priority, then the numerically higher address; the model's addresses are IPv4 of one /24. */
export function outranks(a: { priority: number; source: string }, b: { priority: number; source: string }): boolean {
  const host = (source: string): number => Number(source.slice(source.lastIndexOf(".") + 1));
  return a.priority !== b.priority ? a.priority > b.priority : host(a.source) > host(b.source);
}

/** Skew time in microseconds: of one second in VRRPv2, of the master's interval in VRRPv3 (keepalived vrrp.h:433). */
export function skew(version: 2 | 3, priority: number, masterInterval: number): number {
  return Math.floor(((256 - priority) * (version === 2 ? 1_000_000 : masterInterval)) / 256);
}
