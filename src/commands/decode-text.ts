import { type Instant, rfc3339, since, toSeconds, wallTime } from "../lib/time.ts";
import type { Advert, AdvertFlag, PartialAdvert } from "../wire/decoded.ts";
import { vrrpGroupIpv4, vrrpGroupIpv6 } from "../wire/groups.ts";
import type { DecodedPacket } from "./decode-json.ts";
import type { Paint } from "./paint.ts";
import { placeText } from "./place-text.ts";

/** Flags that are part of a normal network and would only be noise in each line. */
const usual: ReadonlySet<AdvertFlag> = new Set(["virtual_mac", "source_is_address"]);
const mostAddresses = 4;

/**
 * Lines for a person: one a packet, in columns. A column grows with the widest text that was in it so far, for nobody knows
 * what is still to come in a stream.
 */
export class DecodeText {
  readonly #paint: Paint;
  readonly #relative: boolean;
  /** Time, frame, place, source, virtual router, version, priority, interval: what most networks need. */
  readonly #widths: number[] = [0, 5, 1, 15, 8, 2, 8, 4];
  #start: Instant | null = null;

  constructor(options: { readonly relative: boolean; readonly paint: Paint }) {
    this.#paint = options.paint;
    this.#relative = options.relative;
  }

  /** To be told the instant of each frame of the file, whatever it holds: times count from the first. */
  begin(at: Instant): void {
    this.#start ??= at;
  }

  line(packet: DecodedPacket, at: Instant): string {
    const { decoded } = packet;
    const time = this.#relative ? toSeconds(since(at, this.#start ?? at)).toFixed(6) : rfc3339(wallTime(packet.wall));
    const frame = `#${packet.frame}`;
    switch (decoded.kind) {
      case "advert": {
        const resigns = decoded.advert.priority === 0;
        const text = this.#columns([time, frame, ...columns(packet, decoded.advert)]);
        return (resigns ? this.#paint("yellow", text) : text) + this.#paint("dim", remarks(decoded.advert));
      }
      case "rejected":
        return `${this.#columns([time, frame, ...columns(packet, decoded.partial)])}  ${this.#paint("red", `INVALID ${decoded.reason}`)}`;
      case "carp": {
        const { carp } = decoded;
        const where = placeText(packet.interface, carp) || "-";
        return this.#paint("dim", `${this.#columns([time, frame, where, carp.source])}  CARP vhid ${carp.vhid}, not VRRP`);
      }
    }
  }

  #columns(cells: readonly string[]): string {
    let line = "";
    for (const [i, cell] of cells.entries()) {
      const width = Math.max(this.#widths[i] ?? 0, cell.length);
      this.#widths[i] = width;
      // Numbers stand under each other: the time and the frame.
      const padded = i < 2 ? cell.padStart(width) : cell.padEnd(width);
      line += i === 0 ? padded : `  ${padded}`;
    }
    return line.trimEnd();
  }
}

function columns(packet: DecodedPacket, a: Advert | PartialAdvert): string[] {
  return [
    placeText(packet.interface, a) || "-",
    a.source ?? "?",
    a.vrid === undefined ? "-" : `VRID ${a.vrid}`,
    a.version === undefined ? "-" : `v${a.version}`,
    a.priority === undefined ? "-" : a.priority === 0 ? "resigns" : `prio ${a.priority}`,
    a.interval === undefined ? "-" : `${toSeconds(a.interval)} s`,
    a.addresses === undefined ? "-" : addressText(a.addresses),
  ];
}

function addressText(addresses: readonly string[]): string {
  if (addresses.length === 0) return "no addresses";
  const shown = addresses.slice(0, mostAddresses).join(" ");
  return addresses.length > mostAddresses ? `${shown} +${addresses.length - mostAddresses}` : shown;
}

/** What is not as in most networks. */
function remarks(advert: Advert): string {
  const words: string[] = [];
  if (advert.auth !== "none") words.push(`auth ${advert.auth}`);
  if (advert.checksum === "message_only") words.push("checksum message_only");
  if (advert.destination !== vrrpGroupIpv4 && advert.destination !== vrrpGroupIpv6) words.push(`to ${advert.destination}`);
  for (const flag of advert.flags) if (!usual.has(flag)) words.push(flag);
  return words.length === 0 ? "" : `  [${words.join(", ")}]`;
}
