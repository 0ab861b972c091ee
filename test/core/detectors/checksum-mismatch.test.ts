import { testCases } from "./case.ts";
import { cases } from "./cases/checksum-mismatch.ts";

testCases("checksum_mismatch", cases);
