// `npm run demo`: two real keepalived nodes, three agents, a real Prometheus with the project's rules and a real Alertmanager walk through
// a failover, a crash and a split brain, and each says what it sees. `--keep` leaves it running.
import { runInLab } from "./lib/lab.mjs";

await runInLab("demo.js", ["ip", "bridge", "keepalived", "nft", "tcpdump", "prometheus", "prometheus-alertmanager"]);
