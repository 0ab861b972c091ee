import { testCases } from "./case.ts";
import { cases } from "./cases/config-drift.ts";

testCases("config_drift", cases);
