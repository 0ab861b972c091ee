import { testCases } from "./case.ts";
import { cases } from "./cases/state-inconsistent.ts";

testCases("state_inconsistent", cases);
