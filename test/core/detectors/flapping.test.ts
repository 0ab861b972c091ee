import { testCases } from "./case.ts";
import { cases } from "./cases/flapping.ts";

testCases("flapping", cases);
