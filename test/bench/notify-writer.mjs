/** Writes notify lines as keepalived does, one write(2) each, but waits where the pipe is full. Arguments: FIFO, name, lines. */
import { openSync, writeSync } from "node:fs";

const [fifo, name, count] = process.argv.slice(2);
const fd = openSync(fifo, "r+");
for (let i = 0; i < Number(count); i++) writeSync(fd, `INSTANCE "${name} ${i}" ${i % 2 === 0 ? "MASTER" : "BACKUP"} 100\n`);
