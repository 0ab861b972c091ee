import { testCases } from "./case.ts";
import { cases } from "./cases/equal-priority.ts";

testCases("equal_priority", cases);
