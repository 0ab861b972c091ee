import { createRequire } from "node:module";
import { CaptureError } from "./errors.ts";
import { libpcapFilter } from "./libpcap-filter.ts";

/** An advert with 255 IPv6 addresses has 4,142 bytes, but slots are of this size each: 2,048 holds 120 addresses. */
const SNAP_BYTES = 2_048;
/**
 * Slots of fixed size in immediate mode: 1 MiB holds about 480 frames, almost two seconds of 255 adverts a second. Small,
 * because a session that has ended keeps its ring.
 */
const RING_BYTES = 1 << 20;
const HEADER_BYTES = 16;

/** One frame as libpcap hands it over; `bytes` are overwritten by the next. */
export interface PcapFrame {
  /** Microseconds since the Unix epoch. */
  readonly wall: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** What LibpcapSource needs of a capture on one device. */
export interface PcapSession {
  readonly linkType: string;
  /** Reads what lies in the ring. */
  pump(): void;
  /** Frames that the kernel dropped since the last call. */
  newDrops(): number;
  end(): void;
}

/** @throws CaptureError */
export type OpenPcapSession = (device: string, onFrame: (frame: PcapFrame) => void) => PcapSession;

/** The inside of a session. */
interface NativeSession {
  read_callback(): void;
}

/**
 * What is used of npm pcap, spelled out here: the package is optional, and where it is not installed its types are missing too,
 * while the rest must compile.
 */
interface Pcap {
  warningHandler: () => void;
  createSession(
    device: string,
    options: {
      readonly filter: string;
      readonly promiscuous: boolean;
      readonly snap_length: number;
      readonly buffer_size: number;
      readonly buffer_timeout: number;
    },
  ): PackageSession;
}

interface PackageSession {
  readonly link_type: string;
  readonly session: NativeSession;
  on(event: "packet", listener: (packet: { readonly buf: Buffer; readonly header: Buffer }) => void): void;
  stats(): { readonly ps_drop: number };
  removeAllListeners(): void;
}

/**
 * Native sessions are never freed: npm pcap leaves a poll handle inside them that the event loop goes on using, so that a
 * garbage collection would corrupt memory.
 */
const keep = new Set<unknown>();

let loaded: Pcap | undefined;

/** Once: later its files may not be ours to read. */
function library(): Pcap {
  loaded ??= load();
  return loaded;
}

function load(): Pcap {
  try {
    return createRequire(import.meta.url)("pcap") as Pcap;
  } catch (cause) {
    throw CaptureError.unavailable(
      "the libpcap backend needs the optional package pcap, which is missing or was not built",
      'install libpcap-dev, python3, make and g++, then run "npm rebuild pcap"; or use "capture.backend: af_packet"',
      cause,
    );
  }
}

/** Loads npm pcap, to learn early whether it is there. @throws ERR_CAPTURE_UNAVAILABLE */
export function requireLibpcap(): void {
  library();
}

/**
 * One capture on one device through npm pcap, with what it takes to live with that package: it goes deaf when the link goes
 * down, so it is read by `pump` besides its own polling; it cannot be closed without leaking or worse, so `end` only stops
 * listening to it (one descriptor and its ring stay until the process ends).
 */
export class LibpcapSession implements PcapSession {
  readonly #session: PackageSession;
  readonly #native: NativeSession;
  readonly linkType: string;
  #inside = false;
  #ended = false;
  #drops = 0;

  /** @throws ERR_CAPTURE_UNAVAILABLE, ERR_CAPTURE_DENIED, ERR_CAPTURE_NO_DEVICE */
  constructor(device: string, onFrame: (frame: PcapFrame) => void) {
    const pcap = library();
    pcap.warningHandler = () => {};
    try {
      this.#session = pcap.createSession(device, {
        filter: libpcapFilter,
        promiscuous: false,
        snap_length: SNAP_BYTES,
        buffer_size: RING_BYTES,
        buffer_timeout: 0,
      });
    } catch (cause) {
      throw openingFailed(device, cause);
    }
    this.linkType = this.#session.link_type;
    this.#native = this.#session.session;
    keep.add(this.#session);
    keep.add(this.#native);
    this.#session.on("packet", ({ buf, header }) => {
      if (this.#ended) return;
      this.#inside = true;
      try {
        onFrame(readFrame(buf, header));
      } finally {
        this.#inside = false;
      }
    });
  }

  /** Reads what lies in the ring. Not from within a frame's delivery, where the binding would deliver some twice. */
  pump(): void {
    if (!this.#ended && !this.#inside) this.#native.read_callback();
  }

  /** Frames that the kernel dropped since the last call. */
  newDrops(): number {
    if (this.#ended) return 0;
    const total = this.#session.stats().ps_drop;
    const lost = total - this.#drops;
    this.#drops = total;
    return Math.max(0, lost);
  }

  end(): void {
    this.#ended = true;
    this.#session.removeAllListeners();
  }
}

function openingFailed(device: string, cause: unknown): CaptureError {
  const text = cause instanceof Error ? cause.message : String(cause);
  // The binding gives no codes, only libpcap's and the system's own words.
  if (/not permitted|permission/i.test(text)) return CaptureError.denied(cause);
  if (/no such device/i.test(text)) return CaptureError.noDevice(device, cause);
  return CaptureError.lost(device, cause);
}

function readFrame(buf: Buffer, header: Buffer): PcapFrame {
  const captured = header.length >= HEADER_BYTES ? header.readUInt32LE(8) : 0;
  return {
    wall: header.readUInt32LE(0) * 1_000_000 + header.readUInt32LE(4),
    bytes: new Uint8Array(buf.buffer, buf.byteOffset, Math.min(captured, buf.length)),
    length: header.readUInt32LE(12),
  };
}
