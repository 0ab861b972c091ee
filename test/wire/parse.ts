import { createCaptureParser } from "../../src/wire/pcap/parser.ts";
import type { CaptureFileProblem, CaptureRecord } from "../../src/wire/pcap/record.ts";

/** All packets of a file that arrives in pieces of the given sizes (then the rest at once), and how it ended. */
export function parse(file: Uint8Array, sizes: readonly number[] = []): { records: CaptureRecord[]; problem: CaptureFileProblem | null } {
  const records: CaptureRecord[] = [];
  const parser = createCaptureParser({
    record: ({ wall, interface: name, direction, linkType, bytes, length }) =>
      records.push({ wall, interface: name, direction, linkType, bytes: Uint8Array.from(bytes), length }),
  });
  let at = 0;
  for (const size of [...sizes, file.length]) {
    // A buffer that is used again: the parser may keep nothing of it.
    const piece = file.slice(at, at + size);
    parser.push(piece);
    piece.fill(0xa5);
    at += size;
  }
  const end = parser.end();
  return { records, problem: end.ok ? null : end.error };
}
