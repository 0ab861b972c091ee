import { testCases } from "./case.ts";
import { cases } from "./cases/auth-mismatch.ts";

testCases("auth_mismatch", cases);
