import { type JoinGroups, Memberships } from "../capture/membership.ts";
import type { Native } from "../capture/native.ts";
import { createSource, type LiveSource } from "../capture/open.ts";
import type { Config } from "../config/schema.ts";
import { followLinks, type Links, nativeFor } from "./links.ts";

export interface LiveCaptureOptions {
  readonly backend: "af_packet" | "libpcap";
  readonly patterns: readonly string[];
  readonly joinGroups: JoinGroups;
  /** Interfaces on which the user expects virtual routers. */
  readonly expectedInterfaces: readonly string[];
  readonly warn: (message: string, error?: unknown) => void;
}

/** What can change while the agent runs, as the configuration has it. */
export const captureOptionsOf = ({
  capture,
  virtual_routers: routers,
}: Pick<Config, "capture" | "virtual_routers">): Pick<LiveCaptureOptions, "patterns" | "joinGroups" | "expectedInterfaces"> => ({
  patterns: capture.interfaces,
  joinGroups: capture.join_groups,
  expectedInterfaces: routers.flatMap((entry) => (entry.interface === undefined ? [] : [entry.interface])),
});

/** The capture of this host with what belongs to it: the table of links, and the groups joined on the chosen ones. */
export class LiveCapture {
  readonly source: LiveSource;
  /** Gives memory that malloc keeps for later back to the kernel; nothing without the addon. */
  readonly trimMemory: () => void;
  /** Devices and addresses of this host, as they come and go. */
  readonly links: Links;
  readonly native: Native | undefined;
  readonly #memberships: Memberships | undefined;
  #expectedByUser: ReadonlySet<string>;
  /** Named by keepalived.conf, or heard. */
  readonly #expected = new Set<string>();
  #unsubscribe: () => void = () => {};

  private constructor(options: LiveCaptureOptions, links: Links, native: Native | undefined) {
    const memberships = native === undefined ? undefined : new Memberships({ mode: options.joinGroups, native, warn: options.warn });
    this.trimMemory = () => native?.trimMemory();
    this.links = links;
    this.native = native;
    this.#memberships = memberships;
    this.#expectedByUser = new Set(options.expectedInterfaces);
    this.source = createSource({ backend: options.backend, patterns: options.patterns, links: links.table, warn: options.warn });
  }

  /**
   * Resolves once the links are known; nothing is captured before the source is opened.
   * @throws CaptureError, NetlinkError
   */
  static async prepare(options: LiveCaptureOptions): Promise<LiveCapture> {
    const native = nativeFor(options.backend);
    const links = followLinks(native, options.warn);
    await links.start();
    try {
      return new LiveCapture(options, links, native);
    } catch (error) {
      links.close();
      throw error;
    }
  }

  /** To be called once the source is open: the groups are joined on what it captures, now and later. */
  joinGroups(): void {
    this.#unsubscribe = this.links.table.subscribe(() => this.#updateMemberships());
    this.#updateMemberships();
  }

  /** Virtual routers live on this interface. */
  expect(interfaceName: string): void {
    if (this.#expected.has(interfaceName)) return;
    this.#expected.add(interfaceName);
    if (!this.#expectedByUser.has(interfaceName)) this.#updateMemberships();
  }

  /**
   * Listens on what the user wants now, and joins groups there.
   * @returns names of the interfaces that are not wanted any more
   */
  reconfigure(options: Pick<LiveCaptureOptions, "patterns" | "joinGroups" | "expectedInterfaces">): readonly string[] {
    const before = this.#chosen();
    this.#expectedByUser = new Set(options.expectedInterfaces);
    this.#memberships?.setMode(options.joinGroups);
    this.source.choose(options.patterns);
    this.#updateMemberships();
    const after = new Set(this.#chosen());
    return before.filter((name) => !after.has(name));
  }

  /** VRRP groups that nobody on this host has joined on a captured interface. */
  absentGroups(interfaceName: string): readonly string[] {
    return this.#memberships?.absent().get(interfaceName) ?? [];
  }

  close(): void {
    this.#unsubscribe();
    this.#memberships?.close();
    this.links.close();
  }

  #updateMemberships(): void {
    const captured = this.source.choices().filter((choice) => choice.captured);
    this.#memberships?.update(captured, new Set([...this.#expectedByUser, ...this.#expected]));
  }

  #chosen(): readonly string[] {
    return this.source.choices().flatMap(({ link, chosen }) => (chosen ? [link.name] : []));
  }
}
