// `npm run soak`: life under load and faults, about 20 minutes; `--docs` renews docs/reliability.md. See test/soak.
import { runInLab } from "./lib/lab.mjs";

await runInLab("../soak/soak.js", ["ip", "bridge", "keepalived"]);
