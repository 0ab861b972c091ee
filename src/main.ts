#!/usr/bin/env node
import "./commands/frugal-heap.ts";
import { processIo } from "./commands/io.ts";
import { runCommandLine } from "./commands/program.ts";

// Not process.exit: what is still on its way to a pipe must arrive.
process.exitCode = await runCommandLine(process.argv.slice(2), processIo());
