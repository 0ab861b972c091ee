// The container's health check: asks the agent on its control socket, wherever it serves HTTP and however that is protected.
//   healthcheck.mjs [/-/healthy | /-/ready] [SOCKET]
// Exit status: 0 healthy (or ready), 1 not, or nobody answers.
import { request } from "node:http";

const given = process.argv.slice(2);
const path = given.find((argument) => argument.startsWith("/-/")) ?? "/-/healthy";
const socketPath = given.find((argument) => argument !== path) ?? "/run/vrrpwatch/control.sock";
const fail = (why) => {
  process.stderr.write(`vrrpwatch is not ${path.slice("/-/".length)}: ${why}\n`);
  process.exit(1);
};

request({ socketPath, path, timeout: 4_000 }, ({ statusCode }) => {
  if (statusCode !== 200) fail(`status ${statusCode}`);
  process.exit(0);
})
  .on("timeout", () => fail("no answer within 4 s"))
  .on("error", (error) => fail(error.message))
  .end();
