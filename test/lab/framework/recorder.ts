import { readFileSync } from "node:fs";
import path from "node:path";
import { formatIpv4 } from "../../../src/lib/addresses.ts";
import type { Host } from "./host.ts";
import type { Lab } from "./lab.ts";
import type { LabProcess } from "./processes.ts";
import { run } from "./shell.ts";
import { waitFor } from "./wait.ts";

/** One advert as tshark decodes it: the lab's witness, independent of our own decoder. */
export interface RecordedAdvert {
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly family: "ipv4" | "ipv6";
  readonly vrid: number;
  readonly version: number;
  readonly source: string;
  readonly priority: number;
}

/** tcpdump on a host's eth0, writing to a file. */
export class Recorder {
  readonly file: string;
  readonly host: Host;
  readonly #process: LabProcess;

  private constructor(host: Host, file: string, process: LabProcess) {
    this.host = host;
    this.file = file;
    this.#process = process;
  }

  /** Resolves when tcpdump listens. */
  static async start(lab: Lab, host: Host, name = "wire"): Promise<Recorder> {
    const file = path.join(lab.folder("captures"), `${host.name}-${name}.pcap`);
    const command = ["tcpdump", "-i", "eth0", "-n", "-p", "-U", "--immediate-mode", "-s", "256", "-Z", "root", "-w", file];
    const process = host.start("tcpdump", [...command, "ip proto 112 or ip6 proto 112 or ip proto 51"]);
    await process.says(/listening on/, 10_000);
    return new Recorder(host, file, process);
  }

  /** How many packets are in the file by now. tcpdump writes each one at once. */
  count(): number {
    const bytes = readFileSync(this.file);
    let packets = 0;
    // Classic pcap in this machine's byte order: a header of 24 bytes, then 16 bytes and the captured length of each packet.
    for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) packets++;
    return packets;
  }

  /** The plain IPv4 adverts so far, without an end of the recording: a few fixed offsets, because tshark takes a second to start. */
  adverts(): RecordedAdvert[] {
    const bytes = readFileSync(this.file);
    const found: RecordedAdvert[] = [];
    for (let at = 24; at + 16 <= bytes.length; at += 16 + bytes.readUInt32LE(at + 8)) {
      const packet = bytes.subarray(at + 16, at + 16 + bytes.readUInt32LE(at + 8));
      // Ethernet, then an IPv4 header without options whose protocol is 112.
      if (packet.length < 42 || packet.readUInt16BE(12) !== 0x0800 || packet[14] !== 0x45 || packet[23] !== 112) continue;
      found.push({
        at: bytes.readUInt32LE(at) * 1_000_000 + bytes.readUInt32LE(at + 4),
        family: "ipv4",
        vrid: packet[35] ?? 0,
        version: (packet[34] ?? 0) >> 4,
        source: formatIpv4(packet, 26),
        priority: packet[36] ?? 0,
      });
    }
    return found;
  }

  /** Waits until this many more packets are there: a length of time that is measured in what happened on the wire. */
  async more(packets: number, within: number): Promise<void> {
    const before = this.count();
    await waitFor(`${packets} more packets on ${this.host.name}`, () => this.count() >= before + packets, {
      within,
      state: () => this.count(),
    });
  }

  /** Ends the recording and returns its adverts in their order. */
  async stop(): Promise<RecordedAdvert[]> {
    await this.#process.stop("SIGINT");
    return await readAdverts(this.file);
  }
}

export async function readAdverts(file: string): Promise<RecordedAdvert[]> {
  const fields = ["frame.time_epoch", "ip.src", "ipv6.src", "vrrp.virt_rtr_id", "vrrp.version", "vrrp.prio"];
  const text = await run("tshark", ["-n", "-r", file, "-Y", "vrrp", "-T", "fields", ...fields.flatMap((field) => ["-e", field])], {
    timeout: 60_000,
  });
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [at = "", ipv4 = "", ipv6 = "", vrid, version, priority] = line.split("\t");
      const [seconds = "0", fraction = ""] = at.split(".");
      return {
        at: Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, "0")),
        family: ipv4 === "" ? "ipv6" : "ipv4",
        vrid: Number(vrid),
        version: Number(version),
        source: ipv4 === "" ? ipv6 : ipv4,
        priority: Number(priority),
      };
    });
}
