import { testCases } from "./case.ts";
import { cases } from "./cases/ttl-violation.ts";

testCases("ttl_violation", cases);
