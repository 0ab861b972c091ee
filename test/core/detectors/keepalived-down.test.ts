import { testCases } from "./case.ts";
import { cases } from "./cases/keepalived-down.ts";

testCases("keepalived_down", cases);
