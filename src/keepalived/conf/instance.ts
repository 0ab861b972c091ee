import type { ConfiguredInstance } from "../../core/keepalived-config.ts";
import { formatAddress, parseAddress } from "../../lib/addresses.ts";
import { type Duration, millis, seconds } from "../../lib/time.ts";
import type { AuthMode, Family } from "../../wire/decoded.ts";
import type { GlobalDefs } from "./global-defs.ts";
import type { Statement } from "./statement.ts";
import { readTracks, type TrackEntry } from "./tracks.ts";
import { addressesOf, type ListedAddress, readVirtualAddress } from "./virtual-addresses.ts";
import { decimalNumber, flag, keyword, wholeNumber } from "./words.ts";

/** One `vrrp_instance` as it is written, before what the rest of the file decides. */
export class InstanceDraft {
  readonly statement: Statement;
  readonly name: string;
  readonly tracks: TrackEntry[] = [];
  vrid: number | null = null;
  /** `use_vmac` or `use_ipvlan`; the name is null where keepalived chooses it. */
  vmac: { readonly name: string | null } | null = null;
  #interface: string | null = null;
  #family: Family | null = null;
  #version: 2 | 3 | null = null;
  #state: "MASTER" | "BACKUP" = "BACKUP";
  #priority: number | null = null;
  #interval = 1;
  #downTimerAdverts: number | null = null;
  #strict: boolean | null = null;
  #authType: "simple" | "ah" | null = null;
  #password = false;
  #hmac = false;
  #nopreempt = false;
  #dontTrackPrimary = false;
  #preemptDelay = 0;
  #source: { readonly family: Family; readonly address: string } | null = null;
  readonly #peers: { readonly family: Family; readonly address: string }[] = [];
  readonly #addresses: ListedAddress[] = [];

  constructor(statement: Statement) {
    this.statement = statement;
    this.name = statement.words[1] ?? "";
    for (const inner of statement.block ?? []) this.#read(inner);
  }

  /** That of the first address or source that names one. */
  get family(): Family {
    return this.#family ?? this.#addresses[0]?.family ?? "ipv4";
  }

  interfaceName(globals: GlobalDefs): string {
    return this.#interface ?? globals.defaultInterface;
  }

  /** With every default. The name of the VMAC and the tracks depend on others. */
  finish(
    globals: GlobalDefs,
    vrid: number,
    rest: Pick<ConfiguredInstance, "vmac"> & { tracks: (owner: boolean) => ConfiguredInstance["tracks"] },
  ): ConfiguredInstance {
    const family = this.family;
    const strict = this.#strict ?? globals.strict;
    // Strict mode does not let IPv6 speak version 2.
    const version = family === "ipv6" && strict ? 3 : (this.#version ?? (family === "ipv6" ? 3 : globals.version));
    const auth = this.#auth(version, strict);
    const priority = this.#priority ?? (this.#state === "MASTER" ? 255 : 100);
    // Initial state MASTER contradicts AH (a receiver knows no sequence number yet) and every form of not preempting.
    const initialState = auth === "ah" ? "BACKUP" : this.#state;
    const preempts = initialState === "MASTER" || priority === 255;
    return {
      name: this.name,
      interface: this.interfaceName(globals),
      family,
      vrid,
      version,
      initialState,
      priority,
      interval: intervalOf(this.#interval, version),
      downTimerAdverts: this.#downTimerAdverts ?? globals.downTimerAdverts,
      auth,
      addresses: addressesOf(family, this.#addresses),
      vmac: rest.vmac,
      nopreempt: this.#nopreempt && !preempts,
      dontTrackPrimary: this.#dontTrackPrimary,
      preemptDelay: seconds(initialState === "MASTER" ? 0 : this.#preemptDelay),
      unicastPeers: this.#peers.flatMap((peer) => (peer.family === family ? [peer.address] : [])),
      sourceAddress: this.#source?.family === family ? this.#source.address : null,
      tracks: rest.tracks(priority === 255),
      file: this.statement.file,
      line: this.statement.line,
    };
  }

  #auth(version: 2 | 3, strict: boolean): AuthMode {
    if (this.#hmac) return "hmac";
    if (version === 3 || !this.#password || strict) return "none";
    return this.#authType ?? "none";
  }

  #read(statement: Statement): void {
    const { words, block } = statement;
    const value = words[1];
    const tracks = readTracks(statement);
    if (tracks !== null) {
      // A spread has as many arguments as the list is long, and a file may make it too long for a call.
      for (const track of tracks) this.tracks.push(track);
      return;
    }
    switch (keyword(statement)) {
      case "interface":
        this.#interface = value ?? this.#interface;
        break;
      case "virtual_router_id":
        this.vrid = wholeNumber(value, 1, 255) ?? this.vrid;
        break;
      case "version":
        // The first one holds, and none that comes after IPv6 was decided makes it version 2.
        if (value === "3" || (value === "2" && this.#family !== "ipv6")) this.#version ??= value === "2" ? 2 : 3;
        break;
      case "state":
        this.#state = value === "MASTER" ? "MASTER" : "BACKUP";
        break;
      case "priority":
        this.#priority = wholeNumber(value, 1, 255) ?? 100;
        break;
      case "advert_int":
        this.#interval = decimalNumber(value, 0.01, 255) ?? this.#interval;
        break;
      case "down_timer_adverts":
        this.#downTimerAdverts = wholeNumber(value, 1, 100) ?? this.#downTimerAdverts;
        break;
      case "strict_mode":
        this.#strict = flag(value) ?? this.#strict;
        break;
      case "native_ipv6":
        this.#family ??= "ipv6";
        if (this.#family === "ipv6") this.#version = 3;
        break;
      case "nopreempt":
        this.#nopreempt = true;
        break;
      case "dont_track_primary":
        this.#dontTrackPrimary = true;
        break;
      case "preempt":
        this.#nopreempt = false;
        break;
      case "preempt_delay":
        this.#preemptDelay = decimalNumber(value, 0, 1_000) ?? this.#preemptDelay;
        break;
      case "mcast_src_ip":
      case "unicast_src_ip":
        this.#source = this.#address(value) ?? this.#source;
        break;
      case "use_vmac":
        this.vmac = { name: value === undefined || isMac(value) ? null : value };
        break;
      case "use_ipvlan":
        this.vmac = { name: value === undefined || isIpvlanOption(value) ? null : value };
        break;
      case "authentication":
        this.#authentication(block ?? []);
        break;
      case "auth_hmac":
        this.#hmac = true;
        break;
      case "unicast_peer":
        for (const { words: peer } of block ?? []) for (const one of this.#list(peer[0])) this.#peers.push(one);
        break;
      case "virtual_ipaddress":
      case "virtual_ipaddress_excluded":
        this.#virtual(block ?? [], keyword(statement) === "virtual_ipaddress");
        break;
    }
  }

  #authentication(block: readonly Statement[]): void {
    for (const inner of block) {
      const [word, value] = inner.words;
      if (word === "auth_type") this.#authType = value === "AH" ? "ah" : value === "PASS" ? "simple" : null;
      else if (word === "auth_pass") this.#password = (inner.secretLength ?? 0) > 0;
      else if (word === "auth_hmac") this.#hmac = true;
    }
  }

  #virtual(block: readonly Statement[], advertised: boolean): void {
    for (const inner of block) {
      const address = readVirtualAddress(inner, advertised);
      if (address === null) continue;
      if (advertised) this.#family ??= address.family;
      this.#addresses.push(address);
    }
  }

  /** The first address that an instance names decides about its family. */
  #address(text: string | undefined): { readonly family: Family; readonly address: string } | null {
    const parsed = parseAddress(text ?? "");
    if (parsed === null) return null;
    this.#family ??= parsed.family;
    return { family: parsed.family, address: formatAddress(parsed.bytes) };
  }

  #list(text: string | undefined): { readonly family: Family; readonly address: string }[] {
    const address = this.#address(text);
    return address === null ? [] : [address];
  }
}

/** VRRPv2 counts whole seconds, VRRPv3 hundredths in 12 bits; keepalived rounds to them. */
function intervalOf(interval: number, version: 2 | 3): Duration {
  return version === 2 ? seconds(Math.max(1, Math.round(interval))) : millis(Math.min(4_095, Math.max(1, Math.round(interval * 100))) * 10);
}

const isMac = (text: string): boolean => /^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text);
const isIpvlanOption = (text: string): boolean =>
  ["bridge", "private", "vepa"].includes(text) || parseAddress(text.split("/")[0] ?? "") !== null;
