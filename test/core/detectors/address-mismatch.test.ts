import { testCases } from "./case.ts";
import { cases } from "./cases/address-mismatch.ts";

testCases("address_mismatch", cases);
