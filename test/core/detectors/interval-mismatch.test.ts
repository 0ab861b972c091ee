import { testCases } from "./case.ts";
import { cases } from "./cases/interval-mismatch.ts";

testCases("interval_mismatch", cases);
