import { testCases } from "./case.ts";
import { cases } from "./cases/vrid-conflict.ts";

testCases("vrid_conflict", cases);
