import { testCases } from "./case.ts";
import { cases } from "./cases/capture-blind.ts";

testCases("capture_blind", cases);
