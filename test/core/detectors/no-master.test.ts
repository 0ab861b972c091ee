import { testCases } from "./case.ts";
import { cases } from "./cases/no-master.ts";

testCases("no_master", cases);
