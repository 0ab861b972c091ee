import assert from "node:assert/strict";
import { test } from "node:test";
import { ReloadDetector, readVrrpSockets, vrrpSocketInodes } from "../../../src/keepalived/process/vrrp-sockets.ts";

const raw = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 147: 00000000:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 46885 2 000000008c28f423 0
 147: 120000E0:0070 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 46884 2 0000000071237218 0
   1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 46999 2 0000000071237299 0
`;
const raw6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  147: 000002FF000000000000000012000000:0070 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 46886 2 0000000000a724a8 0
`;

test("raw sockets of protocol 112 are found in both families' lists, those of other protocols are not", () => {
  assert.deepEqual(vrrpSocketInodes(raw), ["46885", "46884"]);
  assert.deepEqual(vrrpSocketInodes(raw6), ["46886"]);
  assert.deepEqual(vrrpSocketInodes("nonsense\n 1: x:0070 a b"), []);
});

test("the kernel of this machine gives its list, a missing one is undefined", async () => {
  if (process.platform === "linux") assert.ok((await readVrrpSockets()) instanceof Set);
  assert.equal(await readVrrpSockets("/nonexistent"), undefined);
});

test("a reload is seen when every socket is another one, through the moment without any", () => {
  const detector = new ReloadDetector();
  const look = (...inodes: string[]): string => detector.look(new Set(inodes));
  assert.equal(look("1", "2"), "none", "the first look knows nothing before");
  assert.equal(look("1", "2"), "none");
  assert.equal(look("1", "3"), "some", "one interface was made anew, or one of two speakers has reloaded");
  assert.equal(look("1", "3", "9"), "none", "one more");
  assert.equal(look(), "none");
  assert.equal(look("4", "5"), "all");
  assert.equal(look("4", "5"), "none");
});

test("the sockets of another process are no reload", () => {
  const detector = new ReloadDetector();
  detector.look(new Set(["1"]));
  detector.forget();
  assert.equal(detector.look(new Set(["2"])), "none");
});
