/**
 * A webhook receiver: answers 200 to everything, and reports each POST to its parent with the time at which the first byte of it was there
 * (CLOCK_MONOTONIC in microseconds, the same clock in all processes). Argument: the port, 0 for any. Ends with its parent.
 */
import { createServer } from "node:net";

const now = () => Number(process.hrtime.bigint() / 1_000n);

const server = createServer((socket) => {
  let at = null;
  const chunks = [];
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    at ??= now();
    chunks.push(chunk);
    const request = Buffer.concat(chunks);
    const head = request.indexOf("\r\n\r\n");
    const [, length] = /content-length: (\d+)/i.exec(request.toString("latin1", 0, Math.max(0, head))) ?? [];
    if (length === undefined || request.length < head + 4 + Number(length)) return;
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    const { alerts } = JSON.parse(request.toString("utf8", head + 4));
    process.send({ at, bytes: Number(length), alerts: alerts.map(({ fingerprint, status }) => ({ fingerprint, status })) });
  });
});
process.on("disconnect", () => process.exit());
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.send({ port: server.address().port }));
