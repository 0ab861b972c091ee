import { testCases } from "./case.ts";
import { cases } from "./cases/dad-failed.ts";

testCases("dad_failed", cases);
