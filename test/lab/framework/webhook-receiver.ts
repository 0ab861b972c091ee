import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

/** A program of its own: takes webhooks on a port of its namespace, and adds each to a file as a line of JSON. */
const [port = "9000", file = "/dev/null"] = process.argv.slice(2);

createServer((request, response) => {
  const at = Date.now();
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => {
    body += text;
  });
  request.on("end", () => {
    const id = request.headers["webhook-id"] ?? null;
    appendFileSync(file, `${JSON.stringify({ at, path: request.url, id, body: JSON.parse(body) as unknown })}\n`);
    response.writeHead(200).end("ok");
  });
}).listen(Number(port), () => process.stdout.write("listening\n"));
