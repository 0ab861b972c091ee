// The container's health check: asks the agent on its control socket, wherever it serves HTTP and however that is protected.
// Exit status: 0 healthy, 1 not, or nobody answers.
import { request } from "node:http";

const socketPath = process.argv[2] ?? "/run/vrrpwatch/control.sock";
const fail = (why) => {
  process.stderr.write(`vrrpwatch is not healthy: ${why}\n`);
  process.exit(1);
};

request({ socketPath, path: "/-/healthy", timeout: 4_000 }, ({ statusCode }) => {
  if (statusCode !== 200) fail(`status ${statusCode}`);
  process.exit(0);
})
  .on("timeout", () => fail("no answer within 4 s"))
  .on("error", (error) => fail(error.message))
  .end();
