import { testCases } from "./case.ts";
import { cases } from "./cases/split-brain.ts";

testCases("split_brain", cases);
