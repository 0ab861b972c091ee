import { testCases } from "./case.ts";
import { cases } from "./cases/version-mismatch.ts";

testCases("version_mismatch", cases);
