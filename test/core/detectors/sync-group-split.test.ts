import { testCases } from "./case.ts";
import { cases } from "./cases/sync-group-split.ts";

testCases("sync_group_split", cases);
