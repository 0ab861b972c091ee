// `npm run lab`: two real keepalived nodes and an agent in network namespaces, to look at and to play with.
import { runInLab } from "./lib/lab.mjs";

await runInLab("playground.js", ["ip", "bridge", "keepalived"]);
